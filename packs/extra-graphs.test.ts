import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { parseManifest, type GraphName } from '../engine/manifest.ts';
import { addGraph } from './extra-graphs.ts';
import type { Pack } from './pack.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'models', 'nano');
const manifest = parseManifest(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
const source = { manifestUrl: 'https://studio.test/models/nano/manifest.json' };
const shared = new Uint8Array(8);

const pack = (): Pack => ({
  manifest, variant: 'fp32', golden: null, bytes: { total: 0, fromCache: 0 }, stored: 'none',
  graphs: new Map([['entropy' as GraphName, { model: new Uint8Array(), byRow: null, weights: { location: 'entropy.bin', shards: [shared] } }]]),
});

function serve() {
  const fetched: string[] = [];
  vi.stubGlobal('fetch', async (url: string | URL) => {
    const path = String(url).split('/models/nano/')[1]!;
    fetched.push(path);
    return new Response(readFileSync(join(folder, path)));
  });
  return fetched;
}
afterEach(() => vi.unstubAllGlobals());

test('a graph that reads weights at hand fetches its model only, once', async () => {
  const fetched = serve();
  const own = pack();
  const onProgress = vi.fn();
  await addGraph(own, 'entropy_all', source, onProgress);
  await addGraph(own, 'entropy_all', source, onProgress);
  expect(fetched).toEqual(['fp32/entropy_all.onnx']);
  expect(own.graphs.get('entropy_all')!.weights!.shards).toEqual([shared]);
  expect(onProgress.mock.lastCall![0]).toMatchObject({ loaded: own.graphs.get('entropy_all')!.model.length });
});

test('one with weights of its own fetches them as well, verified', async () => {
  const fetched = serve();
  const own = pack();
  await addGraph(own, 'tokenizer_encoder', source, () => undefined);
  const { shards } = manifest.variants.fp32!.weights.tokenizer_encoder!;
  expect(fetched.sort()).toEqual(['fp32/tokenizer_encoder.onnx', ...shards.map((shard) => shard.path)].sort());
  const there = own.graphs.get('tokenizer_encoder')!.weights!.shards as Uint8Array<ArrayBuffer>[];
  expect(there.map((bytes) => createHash('sha256').update(bytes).digest('hex'))).toEqual(shards.map(({ sha256 }) => sha256));
});

test('a pack without the graph says so', async () => {
  const graphs = { ...manifest.variants.fp32!.graphs };
  delete graphs.tokenizer_encoder;
  const own = { ...pack(), manifest: { ...manifest, variants: { fp32: { ...manifest.variants.fp32!, graphs } } } } as Pack;
  await expect(addGraph(own, 'tokenizer_encoder', source, () => undefined)).rejects.toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('tokenizer_encoder') });
});
