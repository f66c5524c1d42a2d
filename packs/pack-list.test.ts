import { afterEach, expect, test, vi } from 'vitest';
import { fetchPackList } from './pack-list.ts';

const serve = (answer: () => Response) => vi.stubGlobal('fetch', vi.fn(async () => answer()));
afterEach(() => vi.unstubAllGlobals());

test('the list that is beside the page', async () => {
  const packs = [{ name: 'eurosat', title: 'EuroSAT', kind: 'dpar', bytes: 3 }];
  serve(() => Response.json({ packs }));
  expect(await fetchPackList('https://studio.test/demo/')).toEqual(packs);
  expect(fetch).toHaveBeenCalledWith('https://studio.test/demo/models/index.json', expect.anything());
});

test.each([
  ['none', () => new Response('no', { status: 404 })],
  ['a start page in its place', () => new Response('<!doctype html>')],
  ['an unknown kind', () => Response.json({ packs: [{ name: 'a', title: 'A', kind: 'mlp', bytes: 1 }] })],
])('%s is an empty list', async (_, answer) => {
  serve(answer);
  expect(await fetchPackList('https://studio.test/')).toEqual([]);
});
