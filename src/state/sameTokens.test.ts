import { afterEach, expect, test, vi } from 'vitest';
import { syntheticBaseline, syntheticPack } from '../../fixtures/synthetic.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { findPlainPack, lookForPlain, packsBeside, packsOfOtherSizes } from './packsBeside.ts';
import { sameCodes, sameTokens } from './sameTokens.ts';

afterEach(() => vi.unstubAllGlobals());

const otherwisePainted = (manifest: Manifest): Manifest => ({ ...manifest, codebook: { ...manifest.codebook, tiles: { ...manifest.codebook.tiles, sha256: 'f'.repeat(64) } } });

function ofOtherWeights(manifest: Manifest): Manifest {
  const other = structuredClone(otherwisePainted(manifest));
  for (const { graphs, weights } of Object.values(other.variants)) for (const shard of weights[graphs.tokenizer_decoder!.weights!]!.shards) shard.sha256 = 'e'.repeat(64);
  return other;
}

test('a pack on the same grid with other codes is not compared with, whatever its vocabulary', async () => {
  const own = (await syntheticPack()).manifest;
  const plain = (await syntheticBaseline()).manifest;
  const other = { ...ofOtherWeights(plain), name: 'other' };
  const larger = { ...own, name: 'larger', image: { size: 96 }, grid: { width: 24, tokens: 576 } };
  const site = [other, plain, larger];
  const list = site.map(({ name, title, kind }) => ({ name, title, kind, bytes: 1 }));
  vi.stubGlobal('fetch', async (url: string) => {
    if (url.endsWith('index.json')) return new Response(JSON.stringify({ packs: list }));
    const found = site.find(({ name }) => url.includes(`/${name}/`));
    return found ? new Response(JSON.stringify(found)) : new Response('no', { status: 404 });
  });
  expect((await packsBeside({ name: own.name, manifest: own }, 'https://studio.test/')).map(({ name }) => name)).toEqual(['baseline']);
  expect((await findPlainPack(own, 'https://studio.test/'))?.manifest.name).toBe('baseline');
  expect((await packsOfOtherSizes(own, 'https://studio.test/')).map(({ name }) => name)).toEqual(['larger']);
  expect([sameTokens(own, plain), sameTokens(own, other)]).toEqual([true, false]);
});

test('packs with the weights of one tokenizer have the same codes, though another machine painted them', async () => {
  const own = (await syntheticPack()).manifest;
  expect([sameCodes(own, otherwisePainted(own)), sameCodes(own, ofOtherWeights(own))]).toEqual([true, false]);
});

test('a plain transformer that cannot be read is told from none', async () => {
  const own = (await syntheticPack()).manifest;
  const plain = (await syntheticBaseline()).manifest;
  const base = 'https://studio.test/';
  const look = async (list: unknown, manifest: () => Response) => {
    vi.stubGlobal('fetch', async (url: string) => (url.endsWith('index.json') ? list ? Response.json({ packs: list }) : Promise.reject(new TypeError('Failed to fetch')) : manifest()));
    return lookForPlain(own, base);
  };
  const listed = [{ name: 'baseline', title: 'Plain', kind: 'gpt', bytes: 1 }];
  const offline = () => { throw new TypeError('Failed to fetch'); };
  expect(await look(listed, () => Response.json(plain))).toBe('there');
  expect(await look(listed, offline), 'it is listed, and its manifest does not come').toBe('unread');
  expect(await look(null, offline), 'the list does not come').toBe('unread');
  expect(await packsBeside({ name: own.name, manifest: own }, base), 'which ends nothing').toEqual([]);
  expect(await look([], offline), 'none is listed').toBe('none');
  expect(await look(listed, () => Response.json({ ...plain, formatVersion: 99 })), 'it is one that is not read here').toBe('none');
});
