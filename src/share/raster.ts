import { StudioError } from '../../engine/errors.ts';
import type { Run } from '../../engine/log.ts';
import { say } from '../../engine/phrase.ts';
import type { PaintedPicture } from '../state/run.ts';
import { withRun } from './carry.ts';

const toBlob = (canvas: HTMLCanvasElement): Promise<Blob> => new Promise((resolve, reject) => {
  canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new StudioError('unknown', say`This browser could not make a PNG of the picture.`))), 'image/png');
});

/** The picture `times` as large; each of its pixels stays a square unless it is to be smooth. */
export async function pictureBytes({ image, size }: PaintedPicture, times = 1, smooth = false): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * times;
  const ctx = canvas.getContext('2d')!;
  ctx.imageSmoothingEnabled = smooth;
  ctx.imageSmoothingQuality = 'high';
  ctx.drawImage(image, 0, 0, size * times, size * times);
  return new Uint8Array(await (await toBlob(canvas)).arrayBuffer());
}

/** The same as a data URL, about 1024 pixels a side, to stand in an SVG. */
export async function pictureUrl(picture: PaintedPicture, smooth: boolean): Promise<string> {
  let text = '';
  for (const byte of await pictureBytes(picture, largeTimes(picture.size), smooth)) text += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(text)}`;
}

/** As a PNG that carries its run. */
export async function picturePng(picture: PaintedPicture, run: Run, times: number): Promise<Blob> {
  return new Blob([withRun(await pictureBytes(picture, times), run, picture.size)], { type: 'image/png' });
}

/** How many times larger a picture gets to have about 1024 pixels a side. */
export const largeTimes = (size: number) => Math.max(2, Math.round(1024 / size));

/** An SVG drawn at twice its size. */
export async function svgToPng(svg: string): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 2 * image.width;
    canvas.height = 2 * image.height;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await toBlob(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A PNG as something a canvas can draw; `side`: pixels of the picture itself where the PNG shows it larger. Rejects for one that is damaged. */
export async function paintedFrom(png: Uint8Array<ArrayBuffer>, cells: number, side?: number): Promise<PaintedPicture> {
  const bitmap = await createImageBitmap(new Blob([png], { type: 'image/png' }));
  const size = side ?? bitmap.width;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext('2d')!;
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(bitmap, 0, 0, size, size);
  bitmap.close();
  return { image: canvas, size, cells };
}
