import { expect, test } from 'vitest';
import type { PackFile } from '../engine/manifest.ts';
import { saveRecord } from './pack-records.ts';
import { sweep } from './sweep.ts';
import { memoryCache } from './testing/memory-cache.ts';

const DAY = 24 * 3600 * 1000;
const now = Date.UTC(2026, 0, 31);
const hash = (digit: string) => digit.repeat(64);
const file = (digit: string): PackFile => ({ path: `${digit}.bin`, bytes: 1, sha256: hash(digit) });

/** A cache with an entry of so many days ago by key; no date: null. */
function cacheOf(days: Record<string, number | null>) {
  const entries = new Map(Object.entries(days).map(([key, ago]) => {
    const headers: HeadersInit = ago === null ? {} : { date: new Date(now - ago * DAY).toUTCString() };
    return [`https://studio.test/sha256/${key}`, new Response('x', { headers })];
  }));
  const cache = {
    keys: async () => [...entries.keys()].map((url) => new Request(url)),
    match: async ({ url }: Request) => entries.get(url),
    delete: async ({ url }: Request) => entries.delete(url),
  } as unknown as Cache;
  return { open: async () => cache, left: () => [...entries.keys()].map((url) => url.split('/sha256/')[1]!.replace(/(.)\1{63}/, '$1')) };
}

/** Records of one pack with these files. */
async function recorded(...files: PackFile[]) {
  const store = memoryCache();
  await saveRecord({ id: 'https://packs.test/manifest.json', title: 'Tiny', version: '1', manifest: null, files, savedAt: 1 }, store);
  return store;
}

test('parts of downloads that nobody went on with are removed after a week, and those that a clock far ahead has dated; files and fresh parts stay', async () => {
  const { open, left } = cacheOf({
    [hash('a')]: 90, [`${hash('b')}/part/0`]: 8, [`${hash('b')}/part/1`]: null, [`${hash('c')}/part/0`]: 6, [`${hash('d')}/part/12`]: -1, [`${hash('e')}/part/0`]: -90, records: 90,
  });
  await sweep({ now, open, store: await recorded(file('a')) });
  expect(left()).toEqual(['a', 'c/part/0', 'd/part/12', 'records']);
});

test('whole files that no record names are removed after a week; those of stored packs, of the one in use, and lists stay', async () => {
  const { open, left } = cacheOf({ [hash('a')]: 90, [hash('b')]: 8, [hash('c')]: 6, [hash('d')]: 8, [hash('e')]: null, records: 90, 'tried/capture': 90 });
  await sweep({ now, open, inUse: [file('d')], store: await recorded(file('a')) });
  expect(left()).toEqual(['a', 'c', 'd', 'records', 'tried/capture']);
});

test('where the records cannot be read, whole files stay', async () => {
  const { open, left } = cacheOf({ [hash('a')]: 90, [`${hash('b')}/part/0`]: 90 });
  await sweep({ now, open, store: memoryCache() });
  expect(left()).toEqual(['a']);
});

test('without storage there is nothing to remove', async () => {
  await expect(sweep({ open: async () => { throw new DOMException('', 'SecurityError'); } })).resolves.toBeUndefined();
});
