import { expect, test } from 'vitest';
import { decodeOne } from '../engine/decode.ts';
import { DependentGraphs, tinyManifest } from '../engine/testing/manifest.ts';
import type { Golden } from '../engine/golden.ts';
import { chooseWindow, roomForWindows } from './window-choice.ts';

const manifest = { ...tinyManifest(), grid: { width: 16, tokens: 256 }, passes: { images: 10, by: [{ window: 4, mean: 128 }, { window: 8, mean: 96 }, { window: 16, mean: 64 }, { window: 32, mean: 48 }] } };
const tokens = Array.from({ length: 256 }, (_, t) => t % 12);
const settings = manifest.defaults;
/** As one token a pass gives them. */
const entropies: (number | null)[] = [];
for await (const { entropy } of decodeOne(new DependentGraphs(), manifest, { class: 1, seed: 0, settings, given: tokens })) entropies.push(entropy);
const golden = { class: 1, tokens, entropies } as unknown as Golden;

/** Graphs whose pass of L positions takes `cost(L)` milliseconds. */
function costing(cost: (positions: number) => number) {
  let time = 0;
  const graphs = new DependentGraphs();
  const step = graphs.decoderStep.bind(graphs);
  graphs.decoderStep = async (steps) => {
    time += cost(steps.length);
    return step(steps);
  };
  return { graphs, now: () => time };
}

test.each<[string, (positions: number) => number, number, number[]]>([
  ['rows are free', () => 10, 32, [1, 4, 8, 16, 32]],
  ['rows cost most of their share', (n) => 10 * n ** 0.7, 1, [1, 4]],
  ['rows cost little at first', (n) => (n <= 8 ? 10 : 4 * n), 8, [1, 4, 8, 16]],
  ['a pass is too slow to try another', () => 500, 1, [1]],
])('%s', async (_, cost, window, tried) => {
  const { graphs, now } = costing(cost);
  const choice = await chooseWindow(graphs, manifest, golden, { tolerance: 1e-6, now });
  expect(choice.trials.map((trial) => trial.window)).toEqual(tried);
  expect(choice.window).toBe(window);
  if (window === 32) expect(choice.trials.at(-1)).toEqual({ window: 32, msPerPass: 10, tokensPerSecond: (1000 * 256) / (48 * 10) });
});

test('a window that fails is not chosen, and neither is one of a pack that has no counts', async () => {
  const { graphs, now } = costing((n) => {
    if (n > 4) throw new Error('the driver cannot');
    return 10;
  });
  expect((await chooseWindow(graphs, manifest, golden, { tolerance: 1e-6, now })).window).toBe(4);
  expect(await chooseWindow(costing(() => 10).graphs, { ...manifest, passes: undefined }, golden, { tolerance: 1e-6 })).toEqual({ window: 1, trials: [] });
});

test('a window whose entropies are not the golden ones is not chosen, nor any larger one', async () => {
  const { graphs, now } = costing(() => 10);
  const step = graphs.entropyStep.bind(graphs);
  graphs.entropyStep = async (steps) => (steps.length > 8 ? Array.from(await step(steps), (entropy) => entropy + 0.01) : step(steps));
  const choice = await chooseWindow(graphs, manifest, golden, { tolerance: 1e-3, now });
  expect(choice.window).toBe(8);
  expect(choice.trials.map(({ window }) => window)).toEqual([1, 4, 8]);
});

test('a window whose logits are not those of one token a pass is not chosen, where there are no entropies either', async () => {
  const { graphs, now } = costing(() => 10);
  const step = graphs.decoderStep.bind(graphs);
  graphs.decoderStep = async (steps) => (steps.length > 4 ? (await step(steps)).map((logits) => ({ ...logits, classLogits: logits.classLogits.map((value, i) => value + (i % 2 ? 0.1 : 0)) })) : step(steps));
  for (const known of [golden, { ...golden, entropies: [] }]) expect((await chooseWindow(graphs, manifest, known, { tolerance: 1e-3, now })).window).toBe(4);
});

test.each([['EuroSAT', 12e6, true], ['LlamaGen B', 111e6, true], ['LlamaGen L', 343e6, false]])('a CPU has room for windows of %s, %d weights: %s', (_, parameters, fits) => {
  const model = { ...manifest.model, parameters };
  expect(roomForWindows({ model }, 'wasm')).toBe(fits);
  expect(roomForWindows({ model }, 'cpu')).toBe(fits);
  expect(roomForWindows({ model }, 'webgpu')).toBe(true);
});
