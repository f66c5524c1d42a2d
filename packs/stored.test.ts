import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { saveRecord } from './pack-records.ts';
import { deleteStored, listStored, renewStored, verifyStored } from './stored.ts';
import { memoryCache } from './testing/memory-cache.ts';

const ID = 'https://studio.test/models/a/manifest.json';

const fileOf = (path: string, bytes: Uint8Array) => ({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });

async function filled() {
  const cache = memoryCache();
  const { files } = cache;
  const contents = [1, 2].map((n) => new Uint8Array(10 * n).fill(n));
  const list = contents.map((bytes, i) => fileOf(`part-${i}`, bytes));
  list.forEach((file, i) => files.set(file.sha256, contents[i]!));
  const pictures = [3, 4].map((n) => fileOf(`picture-${n}`, new Uint8Array(7).fill(n)));
  await saveRecord({ id: ID, title: 'A', version: '1', manifest: { pictures }, files: list, savedAt: 5 }, cache);
  return { files, cache, list, contents, pictures };
}

test('what is kept is listed with its size, and deleted with its files', async () => {
  const { files, cache } = await filled();
  expect(await listStored(cache)).toEqual([{ id: ID, title: 'A', savedAt: 5, files: 2, bytes: 30 }]);
  await deleteStored(ID, cache);
  expect(await listStored(cache)).toEqual([]);
  expect([...files.keys()]).toEqual(['records']);
});

test('a picture of the pack that was shown is counted, verified and deleted with it', async () => {
  const { files, cache, pictures } = await filled();
  files.set(pictures[0]!.sha256, new Uint8Array(7).fill(3));
  expect(await listStored(cache)).toMatchObject([{ files: 3, bytes: 37 }]);
  expect(await verifyStored(ID, cache)).toEqual({ damaged: [], checked: 3 });
  await deleteStored(ID, cache);
  expect([...files.keys()]).toEqual(['records']);
});

test('listing reads no file where the cache can say what is there', async () => {
  const { files, cache, pictures } = await filled();
  files.set(pictures[0]!.sha256, new Uint8Array(7).fill(3));
  const read = vi.fn(cache.read);
  const blob = async (key: string) => (files.has(key) ? new Blob([files.get(key)!]) : null);
  expect(await listStored({ ...cache, read, blob })).toMatchObject([{ files: 3, bytes: 37 }]);
  expect(read.mock.calls).toEqual([['records']]);
  expect(await listStored({ ...cache, blob: () => Promise.reject(new Error('no storage')) })).toMatchObject([{ files: 2 }]);
});

test('downloading again fetches all of it past every cache, and loses nothing where that fails', async () => {
  const { files, cache, list, contents } = await filled();
  files.get(list[0]!.sha256)![3] = 99;
  let online = false;
  const asked: string[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    if (!online) throw new TypeError('Failed to fetch');
    asked.push(`${url} ${init.cache}`);
    return new Response(contents[Number(url.at(-1))]!.slice());
  }) as unknown as typeof globalThis.fetch;
  contents[0] = contents[0]!.slice().fill(1);
  const options = { cache, fetch, sleep: async () => undefined };
  await expect(renewStored(ID, options)).rejects.toMatchObject({ code: 'unreachable' });
  expect(files.size).toBe(3);
  online = true;
  vi.spyOn(Date, 'now').mockReturnValue(50);
  await renewStored(ID, options);
  vi.restoreAllMocks();
  expect(asked.sort()).toEqual(list.map(({ path }) => `https://studio.test/models/a/${path} no-store`));
  expect(await verifyStored(ID, cache)).toEqual({ damaged: [], checked: 2 });
  expect(await listStored(cache)).toMatchObject([{ savedAt: 50 }]);
});

test.each([['files', (key: string) => key !== 'records'], ['list', (key: string) => key === 'records']] as const)('downloading again says so where the browser has no room for the %s, and the date stays', async (_, full) => {
  const { cache, list, contents } = await filled();
  const fetch = (async (url: string) => new Response(contents[Number(url.at(-1))]!.slice())) as unknown as typeof globalThis.fetch;
  const limited = { ...cache, write: async (key: string, bytes: Uint8Array<ArrayBuffer>) => (full(key) ? 'full' as const : cache.write(key, bytes)) };
  await expect(renewStored(ID, { cache: limited, fetch })).rejects.toMatchObject({ code: 'write-failed', message: expect.stringContaining('room') });
  expect(await listStored(cache)).toMatchObject([{ savedAt: 5, files: list.length }]);
  expect(await verifyStored(ID, cache)).toEqual({ damaged: [], checked: 2 });
});

test('on a full disk deleting makes the room that the shorter list needs', async () => {
  const { files, cache } = await filled();
  const limited = { ...cache, write: async (key: string, bytes: Uint8Array<ArrayBuffer>) => (files.size > 1 ? 'full' as const : cache.write(key, bytes)) };
  await deleteStored(ID, limited);
  expect(await listStored(cache)).toEqual([]);
  expect([...files.keys()]).toEqual(['records']);
});

test('verifying names a damaged and a missing file and removes them, so that they are fetched anew', async () => {
  const { files, cache, list } = await filled();
  expect(await verifyStored(ID, cache)).toEqual({ damaged: [], checked: 2 });
  files.get(list[0]!.sha256)![3] = 99;
  files.delete(list[1]!.sha256);
  expect(await verifyStored(ID, cache)).toEqual({ damaged: ['part-0', 'part-1'], checked: 2 });
  expect(files.has(list[0]!.sha256)).toBe(false);
});
