import { expect, test, vi } from 'vitest';
import { tryDanger } from './danger.ts';
import { memoryCache } from '../packs/testing/memory-cache.ts';

const DAY = 24 * 3600 * 1000;
const well = (result: string) => result === 'well';

test('what ends well leaves nothing behind and is done every time', async () => {
  const cache = memoryCache();
  const work = vi.fn(async () => 'well');
  for (let i = 0; i < 2; i++) expect(await tryDanger('x', work, well, cache)).toBe('well');
  expect(work).toHaveBeenCalledTimes(2);
  expect(cache.files.size).toBe(0);
});

test.each([
  ['ended badly', async () => 'badly'],
  ['threw', async () => { throw new Error('lost'); }],
  ['never came back', () => new Promise<string>(() => undefined)],
] as [string, () => Promise<string>][])('what %s is left alone for a week', async (_, work) => {
  const cache = memoryCache();
  const at = (ms: number) => () => ms;
  await Promise.race([tryDanger('x', work, well, cache, at(0)).catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 20))]);
  const again = vi.fn(async () => 'well');
  expect(await tryDanger('x', again, well, cache, at(6 * DAY))).toBeNull();
  expect(again).not.toHaveBeenCalled();
  expect(await tryDanger('another', again, well, cache, at(6 * DAY))).toBe('well');
  expect(await tryDanger('x', again, well, cache, at(8 * DAY))).toBe('well');
});

test('without storage it is tried every time', async () => {
  const none = memoryCache('none');
  expect(await tryDanger('x', async () => 'badly', well, none)).toBe('badly');
  expect(await tryDanger('x', async () => 'well', well, none)).toBe('well');
});
