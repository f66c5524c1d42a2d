import { expect, test, vi } from 'vitest';
import { tryDanger } from './danger.ts';
import type { FileCache } from '../packs/file-cache.ts';
import { memoryCache } from '../packs/testing/memory-cache.ts';

const DAY = 24 * 3600 * 1000;
const well = (result: string) => result === 'well';
const at = (ms: number) => () => ms;

test('what ends well leaves nothing behind and is done every time', async () => {
  const cache = memoryCache();
  const work = vi.fn(async () => 'well');
  for (let i = 0; i < 2; i++) expect(await tryDanger('x', work, well, cache)).toBe('well');
  expect(work).toHaveBeenCalledTimes(2);
  expect(cache.files.size).toBe(0);
});

/** Tries what never comes back, as when the GPU takes the worker with it or the page is reloaded. */
async function unfinished(cache: FileCache, ms: number): Promise<void> {
  void tryDanger('x', () => new Promise<string>(() => undefined), well, cache, at(ms));
  await new Promise((resolve) => setTimeout(resolve, 20));
}

test.each([
  ['ended badly', async () => 'badly'],
  ['threw', async () => { throw new Error('lost'); }],
] as [string, () => Promise<string>][])('what %s is left alone for a week', async (_, work) => {
  const cache = memoryCache();
  await tryDanger('x', work, well, cache, at(0)).catch(() => undefined);
  await leftAloneForAWeek(cache);
});

test('what never came back twice in a row is left alone for a week', async () => {
  const cache = memoryCache();
  for (let i = 0; i < 2; i++) await unfinished(cache, 0);
  await leftAloneForAWeek(cache);
});

async function leftAloneForAWeek(cache: FileCache): Promise<void> {
  const again = vi.fn(async () => 'well');
  expect(await tryDanger('x', again, well, cache, at(6 * DAY))).toBeNull();
  expect(again).not.toHaveBeenCalled();
  expect(await tryDanger('another', again, well, cache, at(6 * DAY))).toBe('well');
  expect(await tryDanger('x', again, well, cache, at(8 * DAY))).toBe('well');
}

test('what never came back once, as where the page was reloaded, is tried again, and counts no more once it ended well', async () => {
  const cache = memoryCache();
  for (let i = 0; i < 2; i++) {
    await unfinished(cache, 0);
    expect(await tryDanger('x', async () => 'well', well, cache, at(DAY))).toBe('well');
  }
});

test('a try that never came back a week ago is not the first of two in a row', async () => {
  const cache = memoryCache();
  await unfinished(cache, 0);
  await unfinished(cache, 8 * DAY);
  expect(await tryDanger('x', async () => 'well', well, cache, at(9 * DAY))).toBe('well');
});

test('what was noted while the clock was years ahead does not hold for years', async () => {
  const cache = memoryCache();
  await tryDanger('x', async () => 'badly', well, cache, at(10_000 * DAY));
  expect(await tryDanger('x', async () => 'well', well, cache, at(0))).toBe('well');
});

test('a note of an earlier version, which has no count, and one that is damaged are no reason to leave it alone', async () => {
  for (const note of [new Uint8Array(Float64Array.of(0).buffer), new Uint8Array(3), new Uint8Array(0)]) {
    const cache = memoryCache();
    cache.files.set('tried/x', note);
    expect(await tryDanger('x', async () => 'well', well, cache, at(DAY))).toBe('well');
  }
});

test('without storage it is tried every time', async () => {
  const none = memoryCache('none');
  expect(await tryDanger('x', async () => 'badly', well, none)).toBe('badly');
  expect(await tryDanger('x', async () => 'well', well, none)).toBe('well');
});
