import { afterEach, describe, expect, test, vi } from 'vitest';
import type { FileCache } from './file-cache.ts';
import { deleteRecord, readRecords, runtimeId, saveRecord, type PackRecord } from './pack-records.ts';
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

  test('what an earlier version kept of its site, as the one runtime of all sites, goes with the next version of that site only', async () => {
    const runtime = (id: string, site: string, version: string, files: number[]) => ({ ...record(id, version, files), base: `https://host.test/${site}/assets/worker-${version}.js` });
    const now = (site: string, version: string, files: number[]) => runtime(runtimeId(`https://host.test/${site}/assets/`), site, version, files);
    const cache = memoryCache();
    fill(cache, 1, 2, 3);
    await saveRecord(runtime('runtime', 'a', 'v1', [1]), cache);
    await saveRecord(now('b', 'v2', [2]), cache);
    expect(hashes(cache)).toBe('123');
    expect((await readRecords(cache)).map(({ id }) => id)).toEqual(['runtime https://host.test/a/assets/', 'runtime https://host.test/b/assets/']);
    await saveRecord(now('a', 'v2', [3]), cache);
    expect(hashes(cache)).toBe('23');
    await saveRecord(runtime('runtime', 'c', 'v1', [1]), cache);
    await deleteRecord(runtimeId('https://host.test/c/assets/'), cache);
    expect(await readRecords(cache)).toHaveLength(2);
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
    const request = (_: string, __: unknown, work: () => Promise<unknown>) => (last = last.then(work));
    vi.stubGlobal('navigator', { locks: { request } });
    await Promise.all([saveRecord(record('a', 'v1', [1]), slow), saveRecord(record('b', 'v1', [2]), slow)]);
    expect((await readRecords(cache)).map(({ id }) => id).sort()).toEqual(['a', 'b']);
  });

  test('a lock that a frozen tab keeps is waited for two seconds, then the pack is stored all the same', async () => {
    const cache = memoryCache();
    const request = (_: string, { signal }: { signal: AbortSignal }) => new Promise((__, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    vi.stubGlobal('navigator', { locks: { request } });
    const began = performance.now();
    expect(await saveRecord(record('a', 'v1', [1]), cache)).toBe('stored');
    expect(performance.now() - began).toBeLessThan(3000);
    expect(await readRecords(cache)).toHaveLength(1);
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
