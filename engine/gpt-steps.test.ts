import { describe, expect, test } from 'vitest';
import { decodeOne } from './decode.ts';
import { decodeGraphs } from './decode-graphs.ts';
import { checkSettings } from './pack-settings.ts';
import { fakeRunner as runnerOf, FakeTensor } from './testing/fake-runner.ts';
import { FakeGraphs, tinyGptManifest, tinyManifest } from './testing/manifest.ts';

const fakeRunner = () => runnerOf('replaced', ({ call, feeds }, count) => {
  const answer = (dims: readonly number[]) => new FakeTensor(new Float32Array(dims.reduce((x, y) => x * y, 1)).fill(count), dims);
  const presents = call.caches.map(({ past, present }) => [present, answer(feeds[past]!.dims)]);
  return { logits: answer([call.images * call.groups, 1, 12]), ...Object.fromEntries(presents) };
});

test('the class slot first, then the token before; both rows share it', async () => {
  const { runner, runs } = fakeRunner();
  const graphs = decodeGraphs(runner, tinyGptManifest());
  const batch = graphs.begin([1], [3], 1);
  const [first] = await batch.decoderStep([{ image: 0, t: 0, patch: 0 }]);
  await batch.encoderStep([{ image: 0, t: 0, token: 7 }]);
  await batch.decoderStep([{ image: 0, t: 1, patch: 1 }]);
  expect(runs.map((r) => r.call.graph)).toEqual(['gpt', 'gpt']);
  const [a, b] = runs.map((r) => r.read);
  expect([...a!.first!.data, ...a!.class!.data, ...a!.seqlens_k!.data, ...a!.total!.data]).toEqual([1, 1, 3, 0, 0, 1]);
  expect([...b!.first!.data, ...b!.token!.data, ...b!.seqlens_k!.data, ...b!.total!.data]).toEqual([0, 7, 1, 1, 2]);
  expect(a!.past_k_1!.dims).toEqual([2, 2, 17, 16]);
  expect(first!.classLogits).toHaveLength(12);
  expect(first!.nullLogits).toHaveLength(12);
  graphs.dispose();
});

test('a run is token by token: one graph, one stage, no entropies', async () => {
  const { runner, runs } = fakeRunner();
  const m = tinyGptManifest();
  const events = [];
  for await (const event of decodeOne(decodeGraphs(runner, m), m, { class: 0, seed: 1, settings: m.defaults })) events.push(event);
  expect(runs).toHaveLength(16);
  expect(events.map((e) => e.opens)).toEqual([['first'], ['second', 'full'], ...Array<string[]>(14).fill(['full'])]);
  expect(events.map((e) => e.patch)).toEqual(events.map((e) => e.t));
  expect(events.every((e) => e.entropy === null)).toBe(true);
  expect(Object.keys(events[3]!.times).sort()).toEqual(['gpt', 'sampling']);
});

describe('a pack whose entropies are its null class', () => {
  const m = { ...tinyGptManifest(), entropySource: 'null-class' as const };
  delete m.entropyModel;
  /** One likely code in the class row, two in the null row. */
  const peaks = () => new FakeGraphs(() => NaN, (_t, row) => Float32Array.from({ length: 12 }, (_, k) => (k < 1 + row ? 0 : -100)));
  const run = async (changes: object, request: object = {}) => {
    const events = [];
    for await (const event of decodeOne(peaks(), m, { class: 0, seed: 1, settings: { ...m.defaults, ...changes }, ...request })) events.push(event);
    return events.map(({ entropy }) => entropy && Number(entropy.toFixed(6)));
  };
  const after = (entropy: number | null) => [null, ...Array<number | null>(15).fill(entropy)];

  test('has them while it decodes, from the null row before guidance and temperature', async () => {
    expect(await run({ guidance: 3, temperature: 0.5 })).toEqual(after(0.693147));
  });

  test('has none without that row, but where the row there is has no class', async () => {
    expect(await run({ guidance: 1 })).toEqual(after(null));
    expect(await run({ guidance: 1 }, { class: m.classes.length })).toEqual(after(0));
  });

  test('keeps those of the log that it goes on from', async () => {
    const resume = Array.from({ length: 5 }, (_, t) => ({ token: 0, entropy: t === 0 || t === 3 ? null : t }));
    expect((await run({}, { resume })).slice(0, 7)).toEqual([null, 1, 2, 0.693147, 4, 0.693147, 0.693147]);
  });
});

test('what the kind fixes is refused by name, and the other kind keeps its graphs', async () => {
  const m = tinyGptManifest();
  for (const [change, words] of [[{ maxPatchLength: 4 }, 'P_max is fixed at 1'], [{ entropyThreshold: 3 }, 'E_th is fixed at 1.5'], [{ rowReset: true }, 'Row reset is fixed at 0']] as const) {
    expect(() => checkSettings(m, { ...m.defaults, ...change })).toThrow(words);
  }
  expect(() => checkSettings(m, { ...m.defaults, guidance: 3 })).not.toThrow();
  const { runner, runs } = fakeRunner();
  const graphs = decodeGraphs(runner, tinyManifest());
  const batch = graphs.begin([0], null, 1);
  await batch.encoderStep([{ image: 0, t: 0, token: 1 }]).catch(() => undefined);
  expect(runs.map(({ call }) => call.graph)).toEqual(['encoder']);
  await expect(decodeOne(new FakeGraphs(), m, { class: 0, seed: 0, settings: { ...m.defaults, maxPatchLength: 2 } }).next()).rejects.toThrow('P_max');
});
