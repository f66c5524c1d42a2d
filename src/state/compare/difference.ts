import type { TokenEvent } from '../../../engine/log.ts';

export interface TokenDifference {
  /** Per cell that both have: whether the tokens are the same. */
  same: boolean[];
  equal: number;
  /** First cell that differs; null where none does. */
  first: number | null;
}

/** Tokens of two runs, cell by cell, as far as both go and `cursor` shows. */
export function tokenDifference(a: readonly TokenEvent[], b: readonly TokenEvent[], cursor: number): TokenDifference {
  const length = Math.max(0, Math.min(a.length, b.length, cursor));
  const same = Array.from({ length }, (_, i) => a[i]!.token === b[i]!.token);
  const first = same.indexOf(false);
  return { same, equal: same.filter(Boolean).length, first: first < 0 ? null : first };
}

/** How many cells open a patch in both runs, out of those that do in either. */
export function sharedBoundaries(a: readonly TokenEvent[], b: readonly TokenEvent[], cursor: number): { both: number; either: number } {
  let [both, either] = [0, 0];
  for (let i = 0; i < Math.min(a.length, b.length, cursor); i++) {
    const [one, other] = [a[i]!.opens.length > 0, b[i]!.opens.length > 0];
    if (one && other) both++;
    if (one || other) either++;
  }
  return { both, either };
}

/**
 * Two pictures of the same size as RGBA: per pixel the mean absolute difference of red, green and blue, 0..255.
 * Throws a RangeError for sizes that differ.
 */
export function pixelDifference(a: Uint8ClampedArray, b: Uint8ClampedArray): Float32Array {
  if (a.length !== b.length) throw new RangeError(`The pictures have ${a.length / 4} and ${b.length / 4} pixels.`);
  return Float32Array.from({ length: a.length / 4 }, (_, i) => {
    const at = 4 * i;
    return (Math.abs(a[at]! - b[at]!) + Math.abs(a[at + 1]! - b[at + 1]!) + Math.abs(a[at + 2]! - b[at + 2]!)) / 3;
  });
}

/** Mean difference over the first `cells` cells of a picture of `size` pixels a side on a grid of `width` columns; null for none. */
export function meanDifference(difference: Float32Array, size: number, width: number, cells: number): number | null {
  const cell = size / width;
  let [sum, count] = [0, 0];
  difference.forEach((value, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    if (Math.floor(y / cell) * width + Math.floor(x / cell) >= cells) return;
    sum += value;
    count++;
  });
  return count > 0 ? sum / count : null;
}
