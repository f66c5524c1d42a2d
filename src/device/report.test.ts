import { expect, test } from 'vitest';
import { allowedSpeedup } from '../../engine/cost.ts';
import { tinyGptManifest, tinyManifest } from '../../engine/testing/manifest.ts';
import type { DeviceMeasurement, LoadReport, Measured, Way } from '../../workers/messages.ts';
import { deviceReport, toJson, type DeviceFacts } from './report.ts';
import { factsOf, tablesOf, toMarkdown } from './tables.ts';
import { say } from '../../engine/phrase.ts';

const facts: DeviceFacts = { browser: 'Browser 1', system: 'Linux', cores: 8, crossOriginIsolated: true };
const manifest = tinyManifest();
const loaded: LoadReport = {
  manifest, packHash: 'c'.repeat(64), variant: 'fp32', backend: 'wasm', adapter: 'some gpu', stored: 'stored', ms: 1234.5678,
  passes: { window: 1, trials: [] },
  trials: [
    { backend: 'wasm', correct: true, msPerToken: 2.5, maxError: 0, reason: null },
    { backend: 'webgpu', correct: true, msPerToken: null, maxError: null, reason: say`clearly slower` },
  ],
  bytes: { total: 30e6, fromCache: 0 },
};

function image(way: Way, ms: number, patches: number, tokens = 16): Measured {
  const graphs = { decoder: { ms: ms / 2, runs: tokens }, ...(way !== 'gpt' && { patch_transformer: { ms: ms / 4, runs: patches } }) };
  return { backend: 'wasm', way, ms, patches, passes: tokens, graphs, stages: {}, tokens: Array<number>(tokens).fill(0) };
}

function measured(changes: Partial<DeviceMeasurement> = {}): DeviceMeasurement {
  return {
    measured: [
      image('dynamic', 160, 8), image('dynamic', 80, 8), image('dynamic', 40, 8),
      image('single', 320, 16), image('single', 160, 16), image('single', 80, 16),
      image('gpt', 80, 16), image('gpt', 80, 16), image('gpt', 80, 16),
    ],
    failures: [{ backend: 'webgpu', reason: say`no device` }], adapter: 'some gpu', runtime: { version: '1.30.0', build: 'wasm', threads: 4 },
    baseline: { manifest: tinyGptManifest(), variant: 'fp32' }, ...changes,
  };
}
const report = (measurement = measured()) => deviceReport(facts, loaded, measurement, { cold: { ms: 900, bytes: 30e6, date: '2026-01-01' }, warm: null }, new Date('2026-01-02T20:00:00Z'));

test('rates, times of an image, of its graphs, and the share outside the runtime are medians over the images', () => {
  const { results, date } = report();
  expect(date).toBe('2026-01-02');
  expect(results.map(({ backend, way, images }) => [backend, way, images])).toEqual([['wasm', 'dynamic', 3], ['wasm', 'single', 3], ['wasm', 'gpt', 3]]);
  expect(results[0]).toMatchObject({
    tokens: 16, tokensPerPatch: 2, outside: 0.25, tokensPerSecond: { median: 200, n: 3 }, msPerImage: { median: 80 },
    graphs: { decoder: { msPerRun: 2.5, runsPerImage: 16 }, patch_transformer: { msPerRun: 2.5, runsPerImage: 8 } },
  });
  expect(results[2]!.graphs).toEqual({ decoder: { msPerRun: 2.5, runsPerImage: 16 } });
});

test('a speed-up pairs the images of a round, and is held against the operations', () => {
  const { speedups } = report();
  expect(speedups.map(({ against }) => against)).toEqual(['single', 'gpt']);
  // Each dynamic image took half of its pair; the pairs against the GPT took 2, 1 and 0.5 times as long.
  expect(speedups[0]).toMatchObject({ measured: { median: 2, q1: 2, q3: 2 }, allowed: allowedSpeedup(manifest, manifest, 16, 8, 2) });
  expect(speedups[1]).toMatchObject({ measured: { median: 1 }, allowed: allowedSpeedup(manifest, tinyGptManifest(), 16, 8, 2) });
});

test('the self-test shows where recorded kernels are used, and what they save', () => {
  const gpu = { backend: 'webgpu' as const, correct: true, msPerToken: 4, maxError: 0, reason: null };
  const text = (used: boolean) => factsOf(deviceReport(facts, { ...loaded, trials: [{ ...gpu, capture: { used, msPerToken: 4, withoutMs: 12 } }] }, measured(), { cold: null, warm: null }, new Date()))
    .find(([name]) => name === 'Self-test')![1];
  expect(text(true)).toBe('WebGPU 4 ms per token with recorded kernels, 12 without');
  expect(text(false)).toBe('WebGPU 4 ms per token');
});

test('images that were cut short give rates, but no time of an image', () => {
  const slow = report(measured({ measured: [image('dynamic', 100, 3, 5)], failures: [], baseline: null }));
  expect(slow.results[0]).toMatchObject({ tokens: 5, msPerImage: null, tokensPerSecond: { median: 50 } });
  expect(slow.speedups).toEqual([]);
  expect(tablesOf(slow).map(({ title }) => title)).toHaveLength(2);
  expect(toMarkdown(slow)).toContain('cut at 5 tokens');
});

test('on a GPU nothing is stated about time outside the runtime, and how its graphs were timed is', () => {
  const gpu = report(measured({ measured: [{ ...image('dynamic', 80, 8), backend: 'webgpu' }], failures: [] }));
  expect(gpu.results[0]).toMatchObject({ backend: 'webgpu', outside: null });
  expect(toMarkdown(gpu)).toContain('| WebGPU, dynamic patches | 200 | 80 | 2 | – |');
  expect(toMarkdown(gpu)).toContain('- WebGPU graphs: timed one by one');
  expect(toMarkdown(report())).not.toContain('WebGPU graphs');
});

test('nothing measured at all still gives a report with the reason', () => {
  const none = report(measured({ measured: [] }));
  expect(tablesOf(none)).toEqual([]);
  expect(toMarkdown(none)).toContain('- WebGPU failed: no device');
});

test('the facts name browser, GPU, cores, isolation, pack, variant, loads and the self-test', () => {
  const all = factsOf(report()).map(([name, text]) => `${name}: ${text}`).join('\n');
  for (const part of [
    'Date: 2026-01-02', 'Browser 1, Linux', 'GPU: some gpu', '8 logical cores; 4 WASM threads; cross-origin isolated', 'onnxruntime-web 1.30.0, wasm',
    'tiny cccccccccccc, fp32, 16 tokens, guidance 2, one token per pass', 'Last first load: 0.9 s, 30.0 MB (2026-01-01)', 'Last load from storage: not measured yet',
    'WASM 2.5 ms per token; WebGPU clearly slower', 'This load: 1.2 s, 30.0 MB, 0.0 MB of it from storage',
  ]) expect(all).toContain(part);
});

test('Markdown has a table a part, and bars in names do no harm', () => {
  const text = toMarkdown({ ...report(), failures: [] });
  expect(text).toContain('| Decoded with | Tokens per second | ms per image | Tokens per patch | Outside the runtime |\n|---|---:|---:|---:|---:|\n| WASM, dynamic patches | 200 (150 to 300) | 80 (60 to 120) | 2 | 25.0 % |');
  expect(text).toContain('| WASM, P_max = 1 | × 2.00 |');
  expect(text).toContain('| Decoder | 2.5 (16) | 5 (16) | 2.5 (16) |');
  expect(toMarkdown({ ...report(), device: { ...facts, adapter: 'a|b' } })).toContain('GPU: a|b');
});

test('JSON reads back, with no more digits than mean something', () => {
  const back = JSON.parse(toJson(report())) as ReturnType<typeof report>;
  expect(back).toMatchObject({ format: 1, pack: { name: 'tiny', variant: 'fp32', tokens: 16 }, load: { ms: 1235, fromCache: 0 }, settings: manifest.defaults });
  expect(back.results[0]!.tokensPerSecond.median).toBe(200);
});
