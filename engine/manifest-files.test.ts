import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { neededFiles, variantBytes } from './manifest-files.ts';
import { parseRun } from './log.ts';
import { parseManifest } from './manifest.ts';
import { tinyManifest } from './testing/manifest.ts';

const models = new URL('../public/models/', import.meta.url);
const packs = readdirSync(models, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

test.each(packs)('%s says how much generating downloads', (pack) => {
  const manifest = parseManifest(JSON.parse(readFileSync(new URL(`${pack}/manifest.json`, models), 'utf8')));
  for (const [variant, { figures }] of Object.entries(manifest.variants)) expect(variantBytes(manifest, variant)).toBe(figures!.bytes);
});

test.each(packs)('the runs that %s shows say by which window their passes are counted', (pack) => {
  const { recordings } = parseManifest(JSON.parse(readFileSync(new URL(`${pack}/manifest.json`, models), 'utf8')));
  expect(recordings.length).toBeGreaterThan(0);
  for (const { run } of recordings) {
    const { window, events } = parseRun(JSON.parse(readFileSync(new URL(`${pack}/${run.path}`, models), 'utf8')));
    const settled = new Map<number, number>();
    for (const { pass } of events) settled.set(pass!, (settled.get(pass!) ?? 0) + 1);
    expect(window, run.path).toBeGreaterThanOrEqual(Math.max(...settled.values()));
  }
});

test('graphs for several positions are needed where a pack has them, those that serve inspection never', () => {
  const manifest = tinyManifest();
  expect(neededFiles(manifest, 'fp32').files.map(({ path }) => path)).toEqual([
    'fp32/entropy.onnx', 'fp32/all.bin.0', 'fp32/encoder.onnx', 'fp32/patch_transformer.onnx', 'fp32/decoder.onnx', 'fp32/tokenizer_decoder.onnx',
    'fp32/entropy_window.onnx', 'fp32/encoder_window.onnx', 'fp32/patch_transformer_window.onnx', 'fp32/decoder_window.onnx',
  ]);
  delete manifest.variants.fp32!.graphs.entropy_window;
  expect(neededFiles(manifest, 'fp32').files).toHaveLength(9);
  expect(() => neededFiles(manifest, 'toString')).toThrow('has no variant "toString"');
});
