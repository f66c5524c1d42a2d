import { expect, test } from 'vitest';
import { decode } from './decode.ts';
import { decodeGraphs } from './decode-graphs.ts';
import { GptGraphs } from './gpt-graphs.ts';
import type { GraphRunner, GraphTensor, Tensors } from './graph-runner.ts';
import { SessionGraphs } from './session-graphs.ts';
import { checkSettings } from './settings.ts';
import { FakeGraphs, tinyGptManifest, tinyManifest } from './testing/manifest.ts';

class FakeTensor implements GraphTensor {
  disposed = false;
  constructor(readonly data: Float32Array | Int32Array, readonly dims: readonly number[]) {}
  async getData() {
    return this.data;
  }
  dispose() {
    this.disposed = true;
  }
}

/** What a runtime reads in a run: the memory of its feeds is written again for the next. */
const readNow = (feeds: Tensors): Record<string, FakeTensor> =>
  Object.fromEntries(Object.entries(feeds as Record<string, FakeTensor>).map(([name, { data, dims }]) => [name, new FakeTensor(data.slice(), dims)]));

function fakeRunner() {
  const runs: { graph: string; feeds: Record<string, FakeTensor>; read: Record<string, FakeTensor> }[] = [];
  const runner: GraphRunner = {
    tensor: (_type: string, data: Float32Array | Int32Array, dims: readonly number[]) => new FakeTensor(data, dims),
    async run(graph, feeds, outputs) {
      for (const tensor of Object.values(feeds)) expect((tensor as FakeTensor).disposed).toBe(false);
      runs.push({ graph, feeds: feeds as Record<string, FakeTensor>, read: readNow(feeds) });
      const rows = feeds.seqlens_k!.dims[0]!;
      const results: Tensors = {};
      for (const name of Object.keys(outputs)) {
        const dims = name === 'logits' ? [rows, 1, 12] : name === 'entropy' ? [1] : feeds[name.replace('present', 'past')]!.dims;
        results[name] = new FakeTensor(new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(runs.length), dims);
      }
      return results;
    },
  };
  return { runner, runs };
}

test('the class slot first, then the token before; both rows share it', async () => {
  const { runner, runs } = fakeRunner();
  const graphs = new GptGraphs(runner, tinyGptManifest());
  await graphs.begin(2, 1);
  const first = await graphs.decoderStep(0);
  await graphs.encoderStep(0, 7);
  await graphs.decoderStep(1);
  expect(runs.map((r) => r.graph)).toEqual(['gpt', 'gpt']);
  const [a, b] = runs.map((r) => r.read);
  expect([...a!.first!.data, ...a!.class!.data, ...a!.seqlens_k!.data, ...a!.total!.data]).toEqual([1, 1, 3, 0, 0, 1]);
  expect([...b!.first!.data, ...b!.token!.data, ...b!.seqlens_k!.data, ...b!.total!.data]).toEqual([0, 7, 1, 1, 2]);
  expect(a!.past_k_1!.dims).toEqual([2, 2, 17, 16]);
  expect(first.classLogits).toHaveLength(12);
  expect(first.nullLogits).toHaveLength(12);
  graphs.dispose();
});

test('a run is token by token: one graph, one stage, no entropies', async () => {
  const { runner, runs } = fakeRunner();
  const m = tinyGptManifest();
  const events = [];
  for await (const event of decode(decodeGraphs(runner, m), m, { class: 0, seed: 1, settings: m.defaults })) events.push(event);
  expect(runs).toHaveLength(16);
  expect(events.map((e) => e.opens)).toEqual([['first'], ['second', 'full'], ...Array<string[]>(14).fill(['full'])]);
  expect(events.map((e) => e.patch)).toEqual(events.map((e) => e.t));
  expect(events.every((e) => e.entropy === null)).toBe(true);
  expect(Object.keys(events[3]!.times).sort()).toEqual(['gpt', 'sampling']);
});

test('what the kind fixes is refused by name, and the other kind keeps its graphs', async () => {
  const m = tinyGptManifest();
  for (const [change, words] of [[{ maxPatchLength: 4 }, 'P_max is fixed at 1'], [{ entropyThreshold: 3 }, 'E_th is fixed at 1.5'], [{ rowReset: true }, 'row reset is fixed at 0']] as const) {
    expect(() => checkSettings(m, { ...m.defaults, ...change })).toThrow(words);
  }
  expect(() => checkSettings(m, { ...m.defaults, guidance: 3 })).not.toThrow();
  expect(decodeGraphs(fakeRunner().runner, tinyManifest())).toBeInstanceOf(SessionGraphs);
  await expect(decode(new FakeGraphs(), m, { class: 0, seed: 0, settings: { ...m.defaults, maxPatchLength: 2 } }).next()).rejects.toThrow('P_max');
});
