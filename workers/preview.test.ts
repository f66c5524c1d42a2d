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
  await preview.paint([1, 2]);
  expect(preview.spent).toBe(expected);
  const pause = Math.max(100, 10 * expected);
  vi.advanceTimersByTime(pause - 1);
  expect(preview.due).toBe(false);
  vi.advanceTimersByTime(1);
  expect(preview.due).toBe(true);
});
