import { describe, expect, test, vi } from 'vitest';
import type { BatchGraphs, DecodeGraphs, Position, TokenStep } from '../engine/graphs.ts';
import type { Golden } from '../engine/golden.ts';
import { tinyManifest } from '../engine/testing/manifest.ts';
import { checkGolden, chooseTrial, tryBackend, withRecorded, worthRecording } from './self-test.ts';
import type { BackendTrial } from './messages.ts';
import { say } from '../engine/phrase.ts';
import { quote } from '../engine/phrase.ts';

const golden: Golden = {
  class: 1,
  tokens: [4, 5, 6, 7, 8, 9, 1, 1],
  entropies: [null, 1, 2, 3, 4, 5, 6, 7],
  opens: [true, true, false, true, false, false, true, true],
  positions: [0, 2],
  logits_class: [[1, 2], [3, 4]],
  logits_null: [[5, 6], [7, 8]],
};

/** Graphs that answer with the golden values, a clock that each token advances by `ms`. */
function fakes(ms: number, change: (value: number) => number = (value) => value) {
  let time = 0;
  const batch = {
    patchStep: vi.fn<BatchGraphs['patchStep']>(async () => undefined),
    async decoderStep([position]: readonly Position[]) {
      const i = Math.max(0, golden.positions.indexOf(position!.t));
      return [{ classLogits: Float32Array.from(golden.logits_class[i]!), nullLogits: Float32Array.from(golden.logits_null[i]!) }];
    },
    async encoderStep() { /* nothing to compare */ },
    async entropyStep([step]: readonly TokenStep[]) {
      time += ms;
      return [change(golden.entropies[step!.t + 1]!)];
    },
    dispose: vi.fn(),
  } satisfies BatchGraphs;
  const graphs = { mostPositions: 1, begin: vi.fn<DecodeGraphs['begin']>(() => batch), dispose: vi.fn() } satisfies DecodeGraphs;
  return { graphs, batch, now: () => time };
}

test('a right backend is timed without its warm-up, on the golden patches', async () => {
  const { graphs, batch, now } = fakes(7);
  expect(await tryBackend(graphs, golden, { backend: 'wasm', nullClass: 3, tolerance: 1e-3, now }))
    .toEqual({ backend: 'wasm', correct: true, msPerToken: 7, maxError: 0, reason: null });
  expect(graphs.begin).toHaveBeenCalledWith([1], [3], 1);
  expect(batch.patchStep.mock.calls.map(([[step]]) => step)).toEqual([null, { start: 0, end: 0 }, { start: 1, end: 2 }, { start: 3, end: 5 }].map((span, slot) => ({ image: 0, slot, span })));
  expect(graphs.dispose).toHaveBeenCalled();
});

test.each([['off by a little', (v: number) => v + 0.01], ['NaN', () => NaN], ['one NaN', (v: number) => (v === 2 ? NaN : v)]] as [string, (v: number) => number][])('wrong numbers (%s) fail it', async (_, change) => {
  const { graphs, now } = fakes(1, change);
  expect(await tryBackend(graphs, golden, { backend: 'webgpu', nullClass: 3, tolerance: 1e-3, now })).toMatchObject({ correct: false, reason: { template: expect.stringContaining('golden') } });
});

test.each([[0, true], [0.01, false]])('a null row whose entropies are %s nats off: right %s', async (off, correct) => {
  const { graphs, batch } = fakes(1);
  const tokenStep: BatchGraphs['tokenStep'] = async ([token]) => ({
    results: [{ choice: { token: token!.forced!, logprob: 0, classLogprob: 0, alternatives: [] }, nullEntropy: token!.nullEntropy ? golden.entropies[token!.t]! + off : null }],
    entropies: [],
  });
  expect(await tryBackend({ ...graphs, begin: () => ({ ...batch, tokenStep }) }, golden, { backend: 'webgpu', nullClass: 3, tolerance: 1e-3, entropies: false, nullEntropy: true })).toMatchObject({ correct });
});

test('a clearly slower backend is given up early', async () => {
  const { graphs, now } = fakes(400);
  const tokens = vi.fn();
  const trial = await tryBackend(graphs, golden, { backend: 'webgpu', nullClass: 3, tolerance: 1e-3, best: 20, now, onToken: tokens });
  expect(trial).toMatchObject({ correct: true, msPerToken: 400, reason: say`clearly slower` });
  expect(tokens).toHaveBeenCalledTimes(2);
  const slow = fakes(80);
  const later = vi.fn();
  await tryBackend(slow.graphs, golden, { backend: 'webgpu', nullClass: 3, tolerance: 1e-3, best: 20, now: slow.now, onToken: later });
  expect(later).toHaveBeenCalledTimes(5);
});

test('a failing graph is a reason, not an exception', async () => {
  const { graphs, batch } = fakes(1);
  batch.decoderStep = async () => { throw new Error('device lost'); };
  expect(await tryBackend(graphs, golden, { backend: 'webgpu', nullClass: 3, tolerance: 1e-3 })).toMatchObject({ correct: false, reason: quote('device lost') });
});

test('the fastest correct backend is chosen', () => {
  const trial = (backend: 'wasm' | 'webgpu', msPerToken: number, correct: boolean) => ({ backend, msPerToken, correct, maxError: 0, reason: null });
  expect(chooseTrial([trial('wasm', 9, true), trial('webgpu', 3, true)])?.backend).toBe('webgpu');
  expect(chooseTrial([trial('wasm', 9, true), trial('webgpu', 3, false)])?.backend).toBe('wasm');
  expect(chooseTrial([trial('webgpu', 3, false)])).toBeNull();
});

describe('recorded kernels', () => {
  const trial = (changes: Partial<BackendTrial>): BackendTrial => ({ backend: 'webgpu', correct: true, msPerToken: 20, maxError: 1e-4, reason: null, ...changes });

  test('are tried on a GPU that is right and fast', () => {
    expect(worthRecording(trial({}))).toBe(true);
    for (const changes of [{ backend: 'wasm' as const }, { correct: false }, { msPerToken: null }, { msPerToken: 400 }, { reason: say`clearly slower` }]) {
      expect(worthRecording(trial(changes))).toBe(false);
    }
  });

  test('are used where they are right and faster, and both times are reported', () => {
    const faster = withRecorded(trial({}), trial({ msPerToken: 8, maxError: 2e-4 }));
    expect(faster).toMatchObject({ msPerToken: 8, maxError: 2e-4, capture: { used: true, msPerToken: 8, withoutMs: 20 } });
    for (const recorded of [{ msPerToken: 19.5 }, { msPerToken: 8, correct: false }, { msPerToken: null, correct: false, reason: say`x` }]) {
      expect(withRecorded(trial({}), trial(recorded))).toMatchObject({ msPerToken: 20, reason: null, capture: { used: false, msPerToken: recorded.msPerToken, withoutMs: 20 } });
    }
  });
});

/** golden.json of the tiny pack. */
const whole: Golden = {
  class: 1, tokens: Array<number>(16).fill(3), entropies: [null, ...Array<number>(15).fill(1)], opens: Array<boolean>(16).fill(true),
  positions: [0, 2], logits_class: [0, 1].map(() => Array<number>(12).fill(1)), logits_null: [0, 1].map(() => Array<number>(12).fill(2)),
};

test.each<[string, unknown]>([
  ['class', { class: 3 }], ['class', { class: null }],
  ['tokens', { tokens: whole.tokens.slice(1) }], ['tokens[0]', { tokens: whole.tokens.map(() => 12) }], ['tokens[0]', { tokens: whole.tokens.map(() => 'x') }],
  ['entropies', { entropies: [null, 1, 2] }], ['entropies', { entropies: whole.entropies.map(() => null) }],
  ['opens', { opens: undefined }], ['opens', { opens: [true] }],
  ['positions[0]', { positions: [16, 2] }],
  ['logits_class', { logits_class: [whole.logits_class[0]] }], ['logits_null[0]', { logits_null: [[], []] }], ['logits_null[1][0]', { logits_null: [whole.logits_null[0], whole.tokens.slice(4).map(String)] }],
])('golden.json of another pack, or damaged: %s is named', (field, changes) => {
  expect(() => checkGolden({ ...whole, ...changes as object }, tinyManifest())).toThrow(expect.objectContaining({ code: 'manifest-invalid', message: expect.stringContaining(`golden.json, ${field}: `) }));
});

test.each([
  ['empty lists', { positions: [], logits_class: [], logits_null: [] }],
  ['positions that the test does not come to', { positions: [15, 15] }],
])('a golden file that nothing is compared with is refused: %s', (_, changes) => {
  expect(checkGolden(whole, tinyManifest())).toBe(whole);
  expect(() => checkGolden({ ...whole, ...changes }, tinyManifest())).toThrow(/golden\.json has no logits/);
});

test('where no logits were compared a backend is not right, though nothing differs', async () => {
  const { graphs, batch } = fakes(1);
  const nothing = { ...golden, positions: [-1, 40] };
  const nan = { ...graphs, begin: () => ({ ...batch, decoderStep: async () => [{ classLogits: [NaN, NaN], nullLogits: [NaN, NaN] }] as never }) };
  const trial = await tryBackend(nan, nothing, { backend: 'webgpu', nullClass: 3, tolerance: 1e-3, entropies: false });
  expect(trial).toMatchObject({ correct: false, maxError: null, reason: { template: expect.stringContaining('golden.json') } });
  expect(chooseTrial([trial])).toBeNull();
});

test('a slow backend goes on until logits were compared', async () => {
  const late = { ...golden, tokens: Array<number>(20).fill(1), entropies: Array<number>(20).fill(1), opens: Array<boolean>(20).fill(true), positions: [12], logits_class: [[1, 2]], logits_null: [[5, 6]] };
  let time = 0;
  const onToken = vi.fn();
  const { graphs, batch } = fakes(0);
  const slow = { ...graphs, begin: () => ({ ...batch, decoderStep: async () => [{ classLogits: Float32Array.of(1, 2), nullLogits: Float32Array.of(5, 6) }] }) };
  expect(await tryBackend(slow, late, { backend: 'wasm', nullClass: 3, tolerance: 1e-3, entropies: false, onToken, now: () => (time += 100) })).toMatchObject({ correct: true });
  expect(onToken).toHaveBeenCalledTimes(13);
});
