import { afterEach, describe, expect, test, vi } from 'vitest';
import type { FileCache } from './file-cache.ts';
import { deleteRecord, readRecords, saveRecord, type PackRecord } from './pack-records.ts';
import { memoryCache } from './testing/memory-cache.ts';

const file = (n: number) => ({ path: `f${n}`, bytes: 1, sha256: String(n).repeat(64) });
const record = (id: string, version: string, files: number[], savedAt = 1): PackRecord => ({ id, title: id, version, manifest: { id }, files: files.map(file), savedAt });
const hashes = (cache: ReturnType<typeof memoryCache>) => [...cache.files.keys()].filter((key) => key !== 'records').map((key) => key[0]).join('');
const fill = (cache: ReturnType<typeof memoryCache>, ...files: number[]) => files.forEach((n) => cache.files.set(file(n).sha256, new Uint8Array(1)));

afterEach(() => vi.unstubAllGlobals());

describe('records of what is kept', () => {
  test('a second variant of the same version joins the first', async () => {
    const cache = memoryCache();
    await saveRecord(record('a', 'v1', [1, 2], 10), cache);
    await saveRecord(record('a', 'v1', [2, 3], 20), cache);
    expect(await readRecords(cache)).toEqual([{ ...record('a', 'v1', [1, 2, 3], 10) }]);
  });

  test('another version takes the place of the old one, whose own files go', async () => {
    const cache = memoryCache();
    fill(cache, 1, 2, 3, 4);
    await saveRecord(record('a', 'v1', [1, 2]), cache);
    await saveRecord(record('b', 'v1', [1, 4]), cache);
    await saveRecord(record('a', 'v2', [2, 3]), cache);
    expect(hashes(cache)).toBe('1234'); // 1 still belongs to b
    await deleteRecord('b', cache);
    expect(hashes(cache)).toBe('23');
    await deleteRecord('a', cache);
    expect(hashes(cache)).toBe('');
    expect(await readRecords(cache)).toEqual([]);
  });

  test.each(['not json', '[{"id":1}]', '{}'])('a damaged list (%s) is an empty one', async (text) => {
    const cache = memoryCache();
    cache.files.set('records', new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>);
    expect(await readRecords(cache)).toEqual([]);
    await saveRecord(record('a', 'v1', [1]), cache);
    expect(await readRecords(cache)).toHaveLength(1);
  });

  test('two tabs that store their packs at the same time both stand in the list', async () => {
    const cache = memoryCache();
    const slow: FileCache = {
      ...cache,
      read: async (key) => {
        const bytes = await cache.read(key);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return bytes;
      },
    };
    let last: Promise<unknown> = Promise.resolve();
    const request = (_: string, work: () => Promise<unknown>) => (last = last.then(work));
    vi.stubGlobal('navigator', { locks: { request } });
    await Promise.all([saveRecord(record('a', 'v1', [1]), slow), saveRecord(record('b', 'v1', [2]), slow)]);
    expect((await readRecords(cache)).map(({ id }) => id).sort()).toEqual(['a', 'b']);
  });

  test('where nothing can be written nothing is removed', async () => {
    const cache = memoryCache();
    fill(cache, 1);
    await saveRecord(record('a', 'v1', [1]), cache);
    const full: FileCache = { ...cache, write: async () => 'full' };
    expect(await saveRecord(record('a', 'v2', [2]), full)).toBe('full');
    expect(hashes(cache)).toBe('1');
  });
});
