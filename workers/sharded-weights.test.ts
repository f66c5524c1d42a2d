import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { graphFiles, type Manifest, type PackFile } from '../engine/manifest.ts';
import { ShardedFile } from '../packs/shards.ts';

const root = join(import.meta.dirname, '../fixtures/models/nano-llamagen');
const manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')) as Manifest;
const bytesOf = ({ path }: PackFile) => new Uint8Array(readFileSync(join(root, path)));

test('onnxruntime-web takes weights in shards of any size as it takes the whole file', async () => {
  const { model, weights } = graphFiles(manifest, 'w16', 'tokenizer_decoder');
  const whole = bytesOf(weights!.shards[0]!);
  const cut = Array.from({ length: Math.ceil(whole.length / 1009) }, (_, i) => whole.slice(1009 * i, 1009 * (i + 1)));
  const tokens = new Tensor('int32', Int32Array.from({ length: manifest.grid.tokens }, (_, i) => i % manifest.vocab), [1, manifest.grid.tokens]);
  const picture = async (data: Uint8Array) => {
    const session = await InferenceSession.create(bytesOf(model), { executionProviders: ['wasm'], externalData: [{ path: weights!.location, data }], freeDimensionOverrides: { N: 1 } });
    const { picture: out } = await session.run({ tokens });
    await session.release();
    return [...(out!.data as Float32Array)];
  };
  expect(cut.length).toBeGreaterThan(100);
  expect(await picture(new ShardedFile(cut))).toEqual(await picture(whole));
});
