import type { Picture } from '../../workers/messages.ts';
import type { PaintedPicture } from './run.ts';

/** A picture from the worker as something a canvas can draw. */
export function toPainted({ rgba, size, cells }: Picture): PaintedPicture {
  const image = document.createElement('canvas');
  image.width = image.height = size;
  image.getContext('2d')!.putImageData(new ImageData(rgba, size, size), 0, 0);
  return { image, size, cells };
}
