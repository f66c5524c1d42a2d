import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { FileCache } from '../../workers/file-cache.ts';
import { saveRecord } from '../../workers/pack-records.ts';
import { ageText, deleteStored, listStored, verifyStored } from './stored.ts';

function memoryCache() {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const cache: FileCache = {
    read: async (key) => files.get(key) ?? null,
    write: async (key, bytes) => {
      files.set(key, bytes);
      return 'stored';
    },
    forget: async (key) => void files.delete(key),
  };
  return { files, cache };
}

async function filled() {
  const { files, cache } = memoryCache();
  const contents = [1, 2].map((n) => new Uint8Array(10 * n).fill(n));
  const list = contents.map((bytes, i) => ({ path: `part-${i}`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }));
  list.forEach((file, i) => files.set(file.sha256, contents[i]!));
  await saveRecord({ id: 'a', title: 'A', version: '1', manifest: {}, files: list, savedAt: 5 }, cache);
  return { files, cache, list };
}

test('what is kept is listed with its size, and deleted with its files', async () => {
  const { files, cache } = await filled();
  expect(await listStored(cache)).toEqual([{ id: 'a', title: 'A', savedAt: 5, files: 2, bytes: 30 }]);
  await deleteStored('a', cache);
  expect(await listStored(cache)).toEqual([]);
  expect([...files.keys()]).toEqual(['records']);
});

test('verifying names a damaged and a missing file and removes them, so that they are fetched anew', async () => {
  const { files, cache, list } = await filled();
  expect(await verifyStored('a', cache)).toEqual({ damaged: [], checked: 2 });
  files.get(list[0]!.sha256)![3] = 99;
  files.delete(list[1]!.sha256);
  expect(await verifyStored('a', cache)).toEqual({ damaged: ['part-0', 'part-1'], checked: 2 });
  expect(files.has(list[0]!.sha256)).toBe(false);
});

test('ages are in words, and a clock that was set back never gives a time to come', () => {
  const minute = 60_000;
  expect(ageText(0, 30_000)).toBe('just now');
  expect(ageText(0, 5 * minute)).toBe('5 minutes ago');
  expect(ageText(0, 5 * 60 * minute)).toBe('5 hours ago');
  expect(ageText(0, 72 * 60 * minute)).toBe('3 days ago');
  expect(ageText(10 * minute, 0)).toBe('just now');
});
