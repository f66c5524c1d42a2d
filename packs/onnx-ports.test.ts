import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { graphPorts } from '../engine/graph-ports.ts';
import { graphFiles, parseManifest, type GraphName, type Manifest } from '../engine/manifest.ts';
import { checkGraph } from './graph-check.ts';
import { checkPorts } from './onnx-ports.ts';

const root = join(import.meta.dirname, '..', 'fixtures', 'models');
const manifestOf = (pack: string): Manifest => parseManifest(JSON.parse(readFileSync(join(root, pack, 'manifest.json'), 'utf8')));

/** Every form of every graph of a variant, as fetching a pack checks it. */
function check(pack: string, manifest: Manifest, variant: string): void {
  for (const graph of Object.keys(manifest.variants[variant]!.graphs) as GraphName[]) {
    const files = graphFiles(manifest, variant, graph);
    for (const file of files.byRow ? [files.model, files.byRow] : [files.model]) checkGraph(manifest, graph, files, file, new Uint8Array(readFileSync(join(root, pack, file.path))));
  }
}

test.each(readdirSync(root).flatMap((pack) => Object.keys(manifestOf(pack).variants).map((variant) => [pack, variant])))('pack %s, %s: every graph is as its manifest says', (pack, variant) => {
  check(pack, manifestOf(pack), variant);
});

test.each<[string, object, RegExp]>([
  ['vocab', { vocab: 65 }, /table "embedding" has 64 rows, by manifest\.json it has 65/],
  ['model.heads', { model: { heads: 1 } }, /"past_k_0" is \? x 2 x 17 x 16, by manifest\.json it is \? x 1 x 17 x 32/],
  ['model.window', { model: { window: 5 } }, /patch_transformer\S*\.onnx .*"h" is \? x 4 x 32, by manifest\.json it is \? x 5 x 32/],
  ['model.encoderBlocks', { model: { encoderBlocks: 2 } }, /encoder\S*\.onnx .*no input "past_k_1"/],
  ['model.decoderBlocks', { model: { decoderBlocks: 2 } }, /"cond" is/],
  ['entropyModel.dim', { entropyModel: { dim: 64 } }, /entropy\S*\.onnx .*"past_k_0" is/],
  ['classes', { classes: [...manifestOf('pico').classes, { id: 'Delta', label: 'Delta' }] }, /table "class_embedding" has 4 rows, by manifest\.json it has 5/],
  ['grid', { grid: { width: 8, tokens: 64 } }, /"past_k_0" is \? x 2 x 17 x 16, by manifest\.json it is \? x 2 x 65 x 16/],
  ['image.size', { image: { size: 32 } }, /tokenizer_decoder\.onnx .*"picture" is/],
])('%s that is wrong is told by what the model has in its place', (_, changes, words) => {
  const manifest = manifestOf('pico');
  const wrong = Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, typeof value === 'object' && !Array.isArray(value) ? { ...manifest[key as 'model'], ...value as object } : value as unknown]));
  expect(() => check('pico', { ...manifest, ...wrong } as Manifest, 'fp32')).toThrow(expect.objectContaining({ code: 'model-refused', message: expect.stringMatching(words) }));
});

test('another name of an input is told, and so is one of another graph', () => {
  const manifest = manifestOf('pico');
  const bytes = (graph: string) => new Uint8Array(readFileSync(join(root, 'pico', manifest.variants.fp32!.graphs[graph]!.model.path)));
  const renamed = bytes('decoder');
  const at = Buffer.from(renamed).lastIndexOf('first');
  renamed.set(new TextEncoder().encode('forst'), at);
  expect(() => checkPorts('decoder.onnx', renamed, graphPorts(manifest, 'decoder')!)).toThrow('it has no input "first"');
  expect(() => checkPorts('decoder.onnx', bytes('encoder'), graphPorts(manifest, 'decoder')!)).toThrow('it has no input "h"');
  const { inputs, outputs } = graphPorts(manifest, 'decoder')!;
  const without = Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== 'first'));
  expect(() => checkPorts('decoder.onnx', bytes('decoder'), { inputs: without, outputs })).toThrow('it wants an input "first"');
});
