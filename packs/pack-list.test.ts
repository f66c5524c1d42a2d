import { afterEach, describe, expect, test, vi } from 'vitest';
import { fetchPackList } from './pack-list.ts';
import { memoryCache } from './testing/memory-cache.ts';

const base = 'https://studio.test/demo/';
const packs = [{ name: 'eurosat', title: 'EuroSAT', kind: 'dpar', bytes: 3 }];
const serve = (answer: () => Response | Promise<Response>) => vi.stubGlobal('fetch', vi.fn(async () => answer()));
const offline = () => { throw new TypeError('Failed to fetch'); };
/** A browser that has read the list once. */
async function visited() {
  const store = memoryCache();
  serve(() => Response.json({ packs }));
  await fetchPackList(base, { store });
  return store;
}
afterEach(() => vi.unstubAllGlobals());

test('the list that is beside the page', async () => {
  serve(() => Response.json({ packs }));
  expect(await fetchPackList(base)).toEqual(packs);
  expect(fetch).toHaveBeenCalledWith('https://studio.test/demo/models/index.json', expect.anything());
});

test.each([
  ['none', () => new Response('no', { status: 404 })],
  ['a start page in its place', () => new Response('<!doctype html>')],
  ['an unknown kind', () => Response.json({ packs: [{ name: 'a', title: 'A', kind: 'mlp', bytes: 1 }] })],
])('%s is an empty list', async (_, answer) => {
  serve(answer);
  expect(await fetchPackList(base)).toEqual([]);
});

describe('a list that cannot be had', () => {
  const silent = () => new Promise<Response>(() => undefined);
  test.each([
    ['no network', offline], ['an error of the server', () => new Response('no', { status: 503 })], ['a sign-in page', () => new Response('<!doctype html>')],
    ['a proxy that refuses (403)', () => new Response('no', { status: 403 })], ['silence', silent],
  ])('%s: the last one that was read', async (_, answer) => {
    const store = await visited();
    serve(answer);
    expect(await fetchPackList(base, { store, storedMs: 30 })).toEqual(packs);
  });

  test('without one that was read it is told from an empty one', async () => {
    serve(offline);
    await expect(fetchPackList(base, { store: memoryCache() })).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('list of packs') });
  });

  test('that of another site on the same host is not taken', async () => {
    const store = await visited();
    serve(offline);
    await expect(fetchPackList('https://studio.test/other/', { store })).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('nor one that was damaged on disk', async () => {
    const store = await visited();
    for (const key of store.files.keys()) store.files.set(key, new Uint8Array([123]));
    serve(offline);
    await expect(fetchPackList(base, { store })).rejects.toMatchObject({ code: 'unreachable' });
  });
});

test('a new list takes the place of the one that was read before', async () => {
  const store = await visited();
  const newer = [{ name: 'nano', title: 'Nano', kind: 'dpar', bytes: 1 }];
  serve(() => Response.json({ packs: newer }));
  await fetchPackList(base, { store });
  serve(offline);
  expect(await fetchPackList(base, { store })).toEqual(newer);
});
