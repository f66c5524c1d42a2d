import { afterEach, expect, test, vi } from 'vitest';
import { tinyManifest } from '../engine/testing/manifest.ts';
import { Preview } from './preview.ts';

afterEach(() => vi.useRealTimers());

test.each([[0, 0], [90, 0], [3500, 35_000]])('where a picture takes %s ms the first preview comes after %s ms, and previews take a tenth of the time at most', async (expected, after) => {
  vi.useFakeTimers();
  const m = tinyManifest();
  const decode = vi.fn(async () => {
    vi.advanceTimersByTime(expected);
    return new Float32Array(3 * m.image.size ** 2);
  });
  const preview = new Preview({ decode, encode: vi.fn(), entropyAll: vi.fn() }, m, 0, expected);
  expect(preview.due).toBe(after === 0);
  vi.advanceTimersByTime(after);
  expect(preview.due).toBe(true);
  await preview.paint(0, [1, 2]);
  expect(preview.spent).toBe(expected);
  const pause = Math.max(100, 10 * expected);
  vi.advanceTimersByTime(pause - 1);
  expect(preview.due).toBe(false);
  vi.advanceTimersByTime(1);
  expect(preview.due).toBe(true);
});

/** A tokenizer of 2 x 2 pixels a token on a grid of 8 x 8. Each call paints its number and, in green, the row of the strip. */
function painter(strips: boolean) {
  const m = { ...tinyManifest(), grid: { width: 8, tokens: 64 }, image: { size: 16 } };
  m.tokenizer = { ...m.tokenizer, factor: 2, strips };
  const calls: number[][] = [];
  const decode = async (tokens: ArrayLike<number>) => {
    calls.push(Array.from(tokens));
    const plane = tokens.length * 4;
    return Float32Array.from({ length: 3 * plane }, (_, i) => [calls.length, Math.floor((i % plane) / 32), 0][Math.floor(i / plane)]! / 127.5 - 1);
  };
  const preview = new Preview({ decode, encode: vi.fn(), entropyAll: vi.fn() }, m, 9, 50);
  /** Red (the call) and green (its row) of the first pixel of a row of tokens; null: transparent. */
  const rowsOf = ({ rgba }: { rgba: Uint8ClampedArray }) => Array.from({ length: 8 }, (_, row) => (rgba[4 * 32 * row + 3] === 0 ? null : [...rgba.subarray(4 * 32 * row, 4 * 32 * row + 2)]));
  return { preview, calls, rowsOf };
}

const tokens = (count: number) => Array.from({ length: count }, (_, t) => 100 + t);

test('only rows that changed are painted: new ones, two above again, seen with two more above and one below', async () => {
  const { preview, calls, rowsOf } = painter(true);
  expect(rowsOf(await preview.paint(0, tokens(11)))).toEqual([[1, 0], [1, 1], null, null, null, null, null, null]);
  expect(calls[0]).toEqual([...tokens(11), ...new Array<number>(13).fill(9)]);
  await preview.paint(0, tokens(40));
  expect(calls[1]).toHaveLength(48);
  const picture = await preview.paint(0, tokens(50));
  expect(calls[2]).toEqual([...tokens(50).slice(8), ...new Array<number>(14).fill(9)]);
  expect(rowsOf(picture)).toEqual([[2, 0], [2, 1], [2, 2], [3, 2], [3, 3], [3, 4], [3, 5], null]);
  expect(picture.rgba[4 * (16 * 12 + 4) + 3]).toBe(0);
});

test('the picture of all tokens is painted whole', async () => {
  const { preview, calls, rowsOf } = painter(true);
  await preview.paint(0, tokens(60));
  expect(rowsOf(await preview.paint(0, tokens(64)))).toEqual(Array.from({ length: 8 }, (_, row) => [2, row]));
  expect(calls[1]).toEqual(tokens(64));
});

test('strips may take a sixth of the time', async () => {
  vi.useFakeTimers();
  const m = tinyManifest();
  m.tokenizer.strips = true;
  const decode = async (tokens: ArrayLike<number>) => {
    vi.advanceTimersByTime(40);
    return new Float32Array(3 * tokens.length * m.tokenizer.factor ** 2);
  };
  const preview = new Preview({ decode, encode: vi.fn(), entropyAll: vi.fn() }, m, 0, 3500);
  expect(preview.due).toBe(true);
  await preview.paint(0, [1]);
  vi.advanceTimersByTime(199);
  expect(preview.due).toBe(false);
  vi.advanceTimersByTime(1);
  expect(preview.due).toBe(true);
});

test('images of a batch keep what is painted of each', async () => {
  const { preview, calls, rowsOf } = painter(true);
  await preview.paint(0, tokens(40));
  await preview.paint(1, tokens(8));
  expect(rowsOf(await preview.paint(0, tokens(48))).slice(0, 3)).toEqual([[1, 0], [1, 1], [1, 2]]);
  expect(calls.map(({ length }) => length)).toEqual([48, 16, 48]);
});

test('a tokenizer without strips paints whole pictures', async () => {
  const { preview, calls } = painter(false);
  await preview.paint(0, tokens(40));
  await preview.paint(0, tokens(48));
  expect(calls.map(({ length }) => length)).toEqual([64, 64]);
});
