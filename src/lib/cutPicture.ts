import type { Crop } from './crop.ts';
import type { Source } from './readPicture.ts';

export interface Cut {
  rgba: Uint8ClampedArray;
  image: HTMLCanvasElement;
}

/** The crop, scaled to `size` x `size` pixels. Halved step by step, so that every source pixel counts. */
export function cutPicture(source: Source, crop: Crop, size: number): Cut {
  const canvas = (side: number) => {
    const made = document.createElement('canvas');
    made.width = made.height = side;
    const ctx = made.getContext('2d', { willReadFrequently: true })!;
    ctx.imageSmoothingQuality = 'high';
    return { made, ctx };
  };
  let side = size;
  while (side * 2 <= crop.size && side < 2048) side *= 2;
  let { made, ctx } = canvas(side);
  ctx.drawImage(source.image, crop.x, crop.y, crop.size, crop.size, 0, 0, side, side);
  while (side > size) {
    side /= 2;
    const half = canvas(side);
    half.ctx.drawImage(made, 0, 0, side, side);
    ({ made, ctx } = half);
  }
  return { rgba: ctx.getImageData(0, 0, size, size).data, image: made };
}
