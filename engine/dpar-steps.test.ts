import { expect, test } from 'vitest';
import { decodeGraphs } from './decode-graphs.ts';
import type { CacheForm } from './graph-runner.ts';
import { SessionPictures } from './session-pictures.ts';
import { fakeRunner as runnerOf, FakeTensor } from './testing/fake-runner.ts';
import { tinyManifest } from './testing/manifest.ts';
import { quote } from './phrase.ts';

const shapes: Record<string, Record<string, number[]>> = {
  entropy: { entropy: [1] },
  encoder: { h: [1, 1, 32], k: [1, 1, 32], v: [1, 1, 32] },
  patch_transformer: { cond: [2, 1, 32] },
  decoder: { logits: [2, 1, 12] },
  tokenizer_encoder: { tokens: [1, 16] }, tokenizer_decoder: { picture: [1, 3, 16, 16] }, entropy_all: { entropy: [1, 16] },
};

/** Answers outputs filled with the number of the run. */
const fakeRunner = (form: CacheForm = 'replaced') => runnerOf(form, ({ call, feeds }, count) => {
  const answer = (name: string, dims: readonly number[]) => {
    const size = dims.reduce((a, b) => a * b, 1);
    return new FakeTensor(name === 'tokens' ? new Int32Array(size).fill(3) : new Float32Array(size).fill(count), dims);
  };
  return {
    ...Object.fromEntries(call.outputs.map((name) => [name, answer(name, shapes[call.graph]![name]!)])),
    ...(form === 'replaced' && Object.fromEntries(call.caches.map(({ past, present }) => [present, answer(present, feeds[past]!.dims)]))),
  };
});

test('feeds have the shapes and values of the contract', async () => {
  const { runner, runs } = fakeRunner();
  const graphs = decodeGraphs(runner, tinyManifest());
  const batch = graphs.begin([1], [3], 1);
  await batch.patchStep([{ image: 0, slot: 0, span: null }]);
  await batch.decoderStep([{ image: 0, t: 0, patch: 0 }]);
  await batch.encoderStep([{ image: 0, t: 0, token: 7 }]);
  await batch.entropyStep([{ image: 0, t: 0, token: 7 }]);
  await batch.encoderStep([{ image: 0, t: 1, token: 8 }]);
  await batch.patchStep([{ image: 0, slot: 1, span: { start: 0, end: 1 } }]);
  const [logits] = await batch.decoderStep([{ image: 0, t: 2, patch: 1 }]);
  expect(logits!.classLogits).toHaveLength(12);
  expect(logits!.nullLogits).toHaveLength(12);
  expect(runs.map((r) => r.call.graph)).toEqual(['patch_transformer', 'decoder', 'encoder', 'entropy', 'encoder', 'patch_transformer', 'decoder']);
  const [first, start, , entropy, , patch, decoder] = runs.map((r) => r.read);
  expect([...first!.length!.data, ...first!.class!.data, ...first!.seqlens_k!.data, ...first!.total!.data]).toEqual([0, 1, 3, 0, 0, 1]);
  expect(first!.past_k_0!.dims).toEqual([2, 2, 17, 16]);
  expect(first!.cos!.dims).toEqual([2, 1, 8]);
  expect(start!.first!.data[0]).toBe(1);
  expect(entropy!.token!.dims).toEqual([1, 1]);
  expect([...patch!.length!.data, ...patch!.seqlens_k!.data, ...patch!.total!.data]).toEqual([2, 1, 1, 2]);
  // h of tokens 0 and 1 came from runs 3 and 5; slots past the length are zero.
  expect([patch!.h!.data[0], patch!.h!.data[32], patch!.h!.data[64]]).toEqual([3, 5, 0]);
  expect(patch!.past_v_1!.data[0]).toBe(1);
  expect([...patch!.cos!.data.slice(0, 8)]).toEqual([...patch!.cos!.data.slice(8)]);
  expect([decoder!.h!.data[0], decoder!.first!.data[0], decoder!.cond!.data[0], decoder!.seqlens_k!.data[1], decoder!.total!.data[0]]).toEqual([5, 0, 6, 2, 3]);
  graphs.dispose();
});

test('in place the pasts are the outputs; else old presents are disposed', async () => {
  for (const form of ['in place', 'replaced'] as const) {
    const inPlace = form === 'in place';
    const { runner, runs } = fakeRunner(form);
    const graphs = decodeGraphs(runner, tinyManifest());
    const batch = graphs.begin([0], null, 1);
    await batch.encoderStep([{ image: 0, t: 0, token: 1 }]);
    await batch.encoderStep([{ image: 0, t: 1, token: 1 }]);
    const [a, b] = runs as [(typeof runs)[0], (typeof runs)[0]];
    expect(b.feeds.past_k_0 === a.feeds.past_k_0).toBe(inPlace);
    expect(a.feeds.past_k_0!.disposed).toBe(!inPlace);
    graphs.dispose();
    expect(b.feeds.past_k_0!.disposed).toBe(true);
  }
});

test('with new slots the pasts grow in strides and keep what every step answered', async () => {
  const m = tinyManifest();
  const { blocks, dim, heads } = { blocks: m.model.patchTransformerBlocks, dim: m.model.dim, heads: m.model.heads };
  m.grid = { width: 8, tokens: 64 };
  const { runner, runs } = runnerOf('new slots', ({ call }, count) => {
    expect(call).toMatchObject({ graph: 'patch_transformer', images: 1, groups: 2, outputs: ['cond', 'kv'] });
    // Slot s: 1000 s and the place in kv.
    const kv = Float32Array.from({ length: 2 * blocks * 2 * dim }, (_, i) => 1000 * count + i);
    return { cond: new FakeTensor(new Float32Array(2 * dim), [2, 1, dim]), kv: new FakeTensor(kv, [4 * blocks, heads, 1, dim / heads]) };
  });
  const graphs = decodeGraphs(runner, m);
  const batch = graphs.begin([0], [3], 1);
  for (let slot = 0; slot < 65; slot++) await batch.patchStep([{ image: 0, slot: slot, span: null }]);
  expect([0, 31, 32, 63, 64].map((slot) => runs[slot]!.feeds.past_k_0!.dims[2])).toEqual([32, 32, 64, 64, 65]);
  const d = dim / heads;
  const last = runs[64]!.feeds.past_v_1!;
  const lines = 2 * heads;
  for (const [line, slot, at] of [[0, 0, 0], [0, 40, d - 1], [lines - 1, 63, 1], [2, 31, 3]] as const) {
    expect(last.data[(line * 65 + slot) * d + at]).toBe(1000 * (slot + 1) + (3 * lines + line) * d + at);
  }
  await graphs.begin([0], [3], 1).patchStep([{ image: 0, slot: 0, span: null }]);
  expect(runs[65]!.feeds.past_v_1!.dims[2]).toBe(32);
  expect(runs[64]!.feeds.past_v_1!.disposed).toBe(true);
  graphs.dispose();
});

test('failures name the graph', async () => {
  const failing = (message: string) => {
    const { runner } = fakeRunner();
    return decodeGraphs({ ...runner, run: () => Promise.reject(new Error(message)) }, tinyManifest());
  };
  for (const [message, code] of [['std::bad_alloc', 'out-of-memory'], ['Invalid rank', 'graph-failed']] as const) {
    const graphs = failing(message);
    const batch = graphs.begin([0], null, 1);
    await expect(batch.entropyStep([{ image: 0, t: 0, token: 1 }])).rejects.toMatchObject({ code, detail: quote(message), message: expect.stringContaining('entropy') });
  }
});

test('pictures and whole-image entropies', async () => {
  const { runner } = fakeRunner();
  const pictures = new SessionPictures(runner, tinyManifest());
  expect([...(await pictures.encode(new Float32Array(3 * 256)))]).toEqual(Array(16).fill(3));
  expect(await pictures.decode(new Int32Array(16))).toHaveLength(3 * 256);
  const entropies = await pictures.entropyAll(new Int32Array(16));
  expect([entropies[0], entropies[1], entropies.length]).toEqual([Infinity, 3, 16]);
});
