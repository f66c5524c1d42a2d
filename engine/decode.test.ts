import { expect, test } from 'vitest';
import { decode, decodeOne, type DecodeOptions, type DecodeRequest } from './decode.ts';
import type { BatchGraphs, DecodeGraphs, PatchStep } from './graphs.ts';
import { RunLog, type TokenEvent } from './log.ts';
import { patchify } from './patchify.ts';
import { FakeGraphs, tinyManifest } from './testing/manifest.ts';
import { draftTokens } from './window.ts';

const m = tinyManifest();
const entropyOf = (i: number) => (i % 5 === 0 ? 2 : 1);
const peaked = (t: number) => Float32Array.from({ length: 12 }, (_, k) => (k === (t * 7) % 12 ? 9 : 0));

async function run(graphs: FakeGraphs, changes: Partial<DecodeRequest> = {}, options: DecodeOptions = {}): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(graphs, m, { class: 1, seed: 7, settings: m.defaults, ...changes }, options)) events.push(event);
  return events;
}

test('class first, one patch step a patch, nothing after the last token', async () => {
  const graphs = new FakeGraphs(entropyOf, peaked);
  const events = await run(graphs);
  const want = patchify([null, ...Array.from({ length: 15 }, (_, i) => entropyOf(i + 1))], m.defaults, 4);
  expect(events.map((e) => e.opens)).toEqual(want.opens);
  expect(events.map((e) => e.entropy)).toEqual([null, ...Array.from({ length: 15 }, (_, i) => entropyOf(i + 1))]);
  expect(events.map((e) => e.source)).toEqual(Array(16).fill('sampled'));
  const patches = graphs.calls.filter((c) => c.startsWith('patch'));
  expect(patches).toEqual(want.spans.map((_, slot) => `patch ${slot} ${slot === 0 ? 'class' : `${want.spans[slot - 1]!.start}-${want.spans[slot - 1]!.end}`}`));
  expect(graphs.calls.slice(0, 5)).toEqual(['begin 2 1', 'patch 0 class', 'decoder 0', `encoder 0 ${events[0]!.token}`, `entropy 0 ${events[0]!.token}`]);
  expect(graphs.calls.at(-1)).toBe('decoder 15');
  expect(graphs.calls.filter((c) => c.startsWith('encoder'))).toHaveLength(15);
});

test('the events make a complete log', async () => {
  const header = { pack: { name: 'tiny', hash: '' }, variant: 'fp32', backend: 'cpu' as const, class: 1, className: 'SeaLake', seed: 7, settings: m.defaults, grid: m.grid };
  expect(new RunLog(header, await run(new FakeGraphs(entropyOf, peaked))).complete).toBe(true);
});

test('the same seed gives the same tokens, another seed others', async () => {
  const tokens = async (seed: number) => (await run(new FakeGraphs(), { seed })).map((e) => e.token);
  expect(await tokens(7)).toEqual(await tokens(7));
  expect(await tokens(7)).not.toEqual(await tokens(8));
  expect((await tokens(7)).slice(1)).not.toEqual((await tokens(7)).slice(0, -1));
});

test('token by token runs without the entropy graph', async () => {
  const graphs = new FakeGraphs();
  const events = await run(graphs, { settings: { ...m.defaults, maxPatchLength: 1 } });
  expect(graphs.calls.some((c) => c.startsWith('entropy'))).toBe(false);
  expect(graphs.calls.filter((c) => c.startsWith('patch'))).toHaveLength(16);
  expect(events.every((e) => e.entropy === null && e.times.entropy === undefined)).toBe(true);
});

test('guidance 1 runs one group', async () => {
  const graphs = new FakeGraphs();
  await run(graphs, { settings: { ...m.defaults, guidance: 1 } });
  expect(graphs.calls[0]).toBe('begin 1 1');
});

test('stops between tokens', async () => {
  const graphs = new FakeGraphs();
  const signal = { aborted: false };
  const seen: number[] = [];
  for await (const event of decodeOne(graphs, m, { class: 0, seed: 1, settings: m.defaults, signal })) {
    seen.push(event.t);
    if (event.t === 4) signal.aborted = true;
  }
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(graphs.calls.filter((c) => c.startsWith('decoder'))).toHaveLength(5);
  expect(await run(new FakeGraphs(), { signal: { aborted: true } })).toEqual([]);
});

test('a given prefix is forced, then sampling goes on', async () => {
  const graphs = new FakeGraphs(entropyOf, peaked);
  const events = await run(graphs, { given: [11, 10, 9] });
  expect(events.slice(0, 4).map((e) => e.source)).toEqual(['given', 'given', 'given', 'sampled']);
  expect(events.slice(0, 3).map((e) => e.token)).toEqual([11, 10, 9]);
  expect(graphs.calls).toContain('encoder 2 9');
  expect(events[0]!.logprob).toBeLessThan(0);
});

test('times are of the stages that ran', async () => {
  let clock = 0;
  const events = await run(new FakeGraphs(entropyOf), {}, { now: () => clock++ });
  expect(events[0]!.times).toEqual({ patchTransformer: 1, decoder: 1, sampling: 1, encoder: 1, entropy: 1 });
  expect(events[2]!.times).toEqual({ decoder: 1, sampling: 1, encoder: 1, entropy: 1 });
  expect(events[15]!.times).not.toHaveProperty('encoder');
});

test.each<[string, Partial<DecodeRequest>, RegExp]>([
  ['class', { class: 9 }, /classes 0 to 2/],
  ['seed', { seed: -1 }, /whole number/],
  ['setting', { settings: { ...m.defaults, rowReset: false, lengthGate: false } }, /at most 4/],
  ['given', { given: [99] }, /tokens are 0 to 11/],
])('refuses a bad %s before any graph runs', async (_, changes, message) => {
  const graphs = new FakeGraphs();
  await expect(run(graphs, changes)).rejects.toThrow(message);
  expect(graphs.calls).toEqual([]);
});

test('values that are not finite end the run with a clear error', async () => {
  await expect(run(new FakeGraphs(() => NaN))).rejects.toMatchObject({ code: 'graph-failed' });
  await expect(run(new FakeGraphs(undefined, () => new Float32Array(12).fill(NaN)))).rejects.toMatchObject({ code: 'graph-failed' });
});

test('an entropy that comes a rounding apart in the pass that settles its token changes neither gate nor log', async () => {
  const manifest = tinyManifest();
  manifest.grid = { width: 16, tokens: 256 };
  manifest.image.size = 64;
  manifest.defaults.maxPatchLength = 4;
  manifest.model.window = 4;
  const seen = new Map<number, number>();
  const entropyOf = (t: number) => {
    seen.set(t, (seen.get(t) ?? 0) + 1);
    return t === 7 ? (seen.get(t) === 1 ? 1.4999999 : 1.5000001) : 0.5; // E_th is 1.5
  };
  const spans: PatchStep['span'][] = [];
  const batch: BatchGraphs = {
    entropyStep: async (steps) => steps.map(({ t }) => entropyOf(t + 1)),
    encoderStep: async () => undefined,
    patchStep: async (steps) => void spans.push(...steps.map(({ span }) => span)),
    decoderStep: async () => { throw new Error('tokenStep is there'); }, dispose: () => undefined,
    tokenStep: async (tokens, drafts) => {
      const answers = tokens.map(({ t }) => (t === 7 ? 3 : 0)); // token 7 is not as guessed: a pass ends there
      const read = [...answers, ...draftTokens(drafts, answers)].slice(0, Math.min(tokens.length, 255 - tokens[0]!.t) + drafts.length);
      return { results: answers.map((token) => ({ choice: { token, logprob: -1, classLogprob: -1, alternatives: [] }, nullEntropy: null })), entropies: read.map((_, i) => entropyOf(tokens[0]!.t + 1 + i)) };
    },
  };
  const graphs: DecodeGraphs = { mostPositions: 64, begin: () => batch, dispose: () => undefined };
  const events: TokenEvent[] = [];
  for await (const [pass] of decode(graphs, manifest, [{ class: 0, seed: 1, settings: manifest.defaults }], { window: 16 })) events.push(...pass!.events);
  for (const { t, entropy, opens } of events) if (t > 0) expect([t, opens.includes('entropy')]).toEqual([t, entropy! > 1.5]);
  const lengths = spans.flatMap((span) => (span ? [span.end - span.start + 1] : []));
  expect(Math.max(...lengths)).toBeLessThanOrEqual(4);
});
