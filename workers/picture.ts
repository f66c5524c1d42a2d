import { pictureToRgba } from '../engine/picture.ts';
import type { Picture } from './messages.ts';

/** RGBA [S, S, 4] as a picture of the first `cells` cells (raster order, `width` a row): those after them are made transparent. */
export function maskedPicture(rgba: Uint8ClampedArray<ArrayBuffer>, size: number, width: number, cells: number): Picture {
  const cell = size / width;
  for (let i = cells; i < width * width; i++) {
    const x = (i % width) * cell;
    for (let row = 0; row < cell; row++) {
      const at = 4 * ((Math.floor(i / width) * cell + row) * size + x);
      rgba.fill(0, at, at + 4 * cell);
    }
  }
  return { rgba, size, cells };
}

/** Planes [3, S, S] in [-1, 1] as a whole picture of `width` cells a row. */
export const toPicture = (planes: Float32Array, size: number, width: number): Picture => maskedPicture(pictureToRgba(planes), size, width, width * width);

/** The most frequent token: stands in for cells that are not decoded yet. */
export function neutralToken(tokens: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0] as [number, number])[0];
}
