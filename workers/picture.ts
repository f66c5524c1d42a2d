import { pictureToRgba } from '../engine/picture.ts';
import type { Picture } from './messages.ts';

/** Of cells that show a draft, out of 255. */
const PALE = 90;

/** Planes [3, S, S] in [-1, 1] to RGBA; of the cells from `cells` on (raster order, `width` a row) the first `drafts` are made pale, the others transparent. */
export function toPicture(planes: Float32Array, size: number, width: number, cells = width * width, drafts = 0): Picture {
  const rgba = pictureToRgba(planes, size) as Uint8ClampedArray<ArrayBuffer>;
  const cell = size / width;
  for (let i = cells; i < width * width; i++) {
    const x = (i % width) * cell;
    for (let row = 0; row < cell; row++) {
      const at = 4 * ((Math.floor(i / width) * cell + row) * size + x);
      if (i >= cells + drafts) rgba.fill(0, at, at + 4 * cell);
      else for (let alpha = at + 3; alpha < at + 4 * cell; alpha += 4) rgba[alpha] = PALE;
    }
  }
  return { rgba, size, cells, drafts };
}

/** The most frequent token: stands in for cells that are not decoded yet. */
export function neutralToken(tokens: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0] as [number, number])[0];
}
