/** Images decoded at once against the same images alone, on the packs made for tests (docs/packs.md). */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBatch, decodeBatch } from '../engine/batch/decode.ts';
import type { BatchGraphs } from '../engine/batch/graphs.ts';
import { MOST_ROWS } from '../engine/batch/size.ts';
import { decode, type DecodeRequest } from '../engine/decode.ts';
import { batchGraphs, decodeGraphs } from '../engine/decode-graphs.ts';
import type { DecodeGraphs, DecodeLogits } from '../engine/graphs.ts';
import type { GraphRunner } from '../engine/graph-runner.ts';
import type { TokenEvent } from '../engine/log.ts';
import { choose } from '../engine/sampling.ts';
import { isTokenByToken, type Settings } from '../engine/settings.ts';
import { readPack, type Pack } from './pack.ts';
import { NodeRunner } from './runtime.ts';

/** Of logits and entropies in float32, whatever the number of images. */
const TOLERANCE = 1e-4;
const folder = (name: string) => fileURLToPath(new URL(`../e2e/fixtures/models/${name}`, import.meta.url));

/** A run alone with its logits; `resume` forces its tokens and patches. */
async function alone(graphs: DecodeGraphs, pack: Pack, request: DecodeRequest) {
  const logits: DecodeLogits[] = [];
  const watched: DecodeGraphs = {
    begin: (groups, c) => graphs.begin(groups, c),
    entropyStep: (t, token) => graphs.entropyStep(t, token),
    encoderStep: (t, token) => graphs.encoderStep(t, token),
    patchStep: (slot, span) => graphs.patchStep(slot, span),
    decoderStep: async (t) => (logits[t] = await graphs.decoderStep(t)),
    dispose: () => undefined,
  };
  const events: TokenEvent[] = [];
  for await (const event of decode(watched, pack.manifest, request)) events.push(event);
  return { events, logits };
}

/** The same at once, with the patch steps of each run of the patch transformer. */
async function together(graphs: BatchGraphs, pack: Pack, requests: readonly DecodeRequest[], enough?: number) {
  const events: TokenEvent[][] = requests.map(() => []);
  const logits: DecodeLogits[][] = requests.map(() => []);
  const runs: number[] = [];
  const watched: BatchGraphs = {
    begin: (groups, classes) => graphs.begin(groups, classes),
    entropyStep: (steps) => graphs.entropyStep(steps),
    encoderStep: (steps) => graphs.encoderStep(steps),
    patchStep: (steps) => {
      runs.push(steps.length);
      return graphs.patchStep(steps);
    },
    decoderStep: async (steps) => {
      const rows = await graphs.decoderStep(steps);
      rows.forEach((row, i) => (logits[steps[i]!.row]![steps[i]!.t] = row));
      return rows;
    },
    dispose: () => undefined,
  };
  for await (const { row, event } of decodeBatch(watched, pack.manifest, requests, { enough })) events[row]!.push(event);
  return { events, logits, runs };
}

const farthest = (a: DecodeLogits, b: DecodeLogits): number => {
  let most = 0;
  const see = (x: Float32Array | null, y: Float32Array | null) => {
    if (x?.length !== y?.length) most = Infinity;
    else x?.forEach((value, i) => (most = Math.max(most, Math.abs(value - y![i]!))));
  };
  see(a.classLogits, b.classLogits);
  see(a.nullLogits, b.nullLogits);
  return most;
};

describe.each(['nano', 'nano-gpt'])('pack %s', (name) => {
  let pack: Pack;
  let runner: NodeRunner;
  let inPlace: NodeRunner;
  let single: DecodeGraphs;
  let ways: Record<'by row' | 'in place' | 'replaced', BatchGraphs>;

  beforeAll(async () => {
    pack = await readPack(folder(name));
    runner = new NodeRunner(pack, { variant: 'fp32' });
    inPlace = new NodeRunner(pack, { variant: 'fp32', byRow: false });
    const replacing: GraphRunner = { tensor: (type: never, data: never, dims) => inPlace.tensor(type, data, dims), run: (graph, feeds, outputs) => inPlace.run(graph, feeds, outputs) };
    single = decodeGraphs(runner, pack.manifest);
    ways = { 'by row': batchGraphs(runner, pack.manifest), 'in place': batchGraphs(inPlace, pack.manifest), replaced: batchGraphs(replacing, pack.manifest) };
  });
  afterAll(async () => {
    for (const graphs of [single, ...Object.values(ways)]) graphs.dispose();
    await runner.release();
    await inPlace.release();
  });

  const rows = fc.array(fc.record({ class: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 0xffffffff }), given: fc.integer({ min: 0, max: 12 }) }), { minLength: 1, maxLength: MOST_ROWS });
  const rules = fc.record({
    guidance: fc.constantFrom(1, 2, 3.5), temperature: fc.constantFrom(0, 0.7, 1), topK: fc.constantFrom(0, 20), maxPatchLength: fc.integer({ min: 1, max: 8 }),
    shift: fc.double({ min: -0.5, max: 0.5, noNaN: true }), rowReset: fc.boolean(),
  });

  test('any images at once are the images alone', async () => {
    await fc.assert(fc.asyncProperty(rows, rules, fc.constantFrom(...Object.keys(ways) as (keyof typeof ways)[]), fc.integer({ min: 1, max: MOST_ROWS }), async (asked, { shift, ...changes }, way, enough) => {
      const { defaults, kind, vocab } = pack.manifest;
      const { maxPatchLength, rowReset, ...sampling } = changes;
      const settings: Settings = kind === 'gpt' ? { ...defaults, ...sampling } : { ...defaults, ...sampling, maxPatchLength, rowReset, entropyThreshold: defaults.entropyThreshold + shift };
      const requests = asked.map(({ given, ...rest }): DecodeRequest => ({ ...rest, settings, given: Array.from({ length: given }, (_, i) => (rest.seed + 7 * i) % vocab) }));
      const batch = await together(ways[way], pack, requests, enough);
      for (const [row, request] of requests.entries()) {
        const events = batch.events[row]!;
        expect(events).toHaveLength(pack.manifest.grid.tokens);
        // Alone on the same tokens and patches: then nothing but rounding may differ.
        const forced = await alone(single, pack, { ...request, resume: events });
        for (const [t, event] of forced.events.entries()) {
          expect(farthest(batch.logits[row]![t]!, forced.logits[t]!), `logits of token ${t}, image ${row} of ${requests.length}`).toBeLessThanOrEqual(TOLERANCE);
          expect(events[t]).toMatchObject({ t, opens: event.opens, source: event.source, patch: event.patch });
          expect(choose(batch.logits[row]![t]!, settings, { seed: request.seed, t }, request.given![t])).toMatchObject({ token: events[t]!.token, logprob: events[t]!.logprob });
        }
        const free = await alone(single, pack, request);
        const differs = free.events.findIndex((event, t) => event.token !== events[t]!.token || event.opens.length !== events[t]!.opens.length);
        if (differs >= 0) expect(tied(free, batch.logits[row]!, events, differs, settings), `token ${differs}, image ${row} of ${requests.length}`).toBe(true);
      }
    }), { numRuns: 12 });
  }, 120_000);

  test('rows wait for one another, and every patch is one row of one run', async () => {
    const requests = [0, 1, 2, 0].map((label, i): DecodeRequest => ({ class: label, seed: 40 + i, settings: pack.manifest.defaults }));
    const patches = (events: TokenEvent[][]) => events.reduce((sum, row) => sum + row.at(-1)!.patch + 1, 0);
    for (const graphs of [ways['by row'], ways['in place']]) {
      const early = await together(graphs, pack, requests, 1);
      const late = await together(graphs, pack, requests, 4);
      for (const { events, runs } of [early, late]) expect(runs.reduce((a, b) => a + b, 0)).toBe(patches(events));
      expect(late.runs.length).toBeLessThanOrEqual(early.runs.length);
      expect(late.events.map((row) => row.map(({ token }) => token))).toEqual(early.events.map((row) => row.map(({ token }) => token)));
    }
  });

  test('a run that is stopped in one batch goes on in another of another size', async () => {
    const request = { class: 1, seed: 11, settings: pack.manifest.defaults };
    const others = [3, 4, 5].map((seed): DecodeRequest => ({ class: 2, seed, settings: pack.manifest.defaults }));
    const whole = (await together(ways['by row'], pack, [others[0]!, request])).events[1]!;
    const signal = { aborted: false };
    const part: TokenEvent[] = [];
    for await (const { row, event } of decodeBatch(ways['by row'], pack.manifest, [request, ...others], { signal })) {
      if (row === 0) part.push(event);
      if (part.length === 20) signal.aborted = true;
    }
    expect(part.length).toBe(20);
    const resumed = (await together(ways['by row'], pack, [others[1]!, { ...request, resume: part }])).events[1]!;
    expect(resumed.map(({ token }) => token)).toEqual(whole.map(({ token }) => token));
    expect(resumed.slice(0, 20).map(({ opens }) => opens)).toEqual(part.map(({ opens }) => opens));
  });
});

/** Whether runs with logits within the tolerance may part at token t, both having drawn what their logits say: by rounding, or by an entropy on the threshold. */
function tied(free: Awaited<ReturnType<typeof alone>>, logits: DecodeLogits[], events: TokenEvent[], t: number, settings: Settings): boolean {
  const before = free.events[t]!;
  if (before.opens.length !== events[t]!.opens.length) return !isTokenByToken(settings) && Math.abs(before.entropy! - settings.entropyThreshold) <= TOLERANCE;
  return farthest(free.logits[t]!, logits[t]!) <= TOLERANCE;
}

test('a pack of one image at a time, and images that do not fit together, are refused', async () => {
  const { manifest } = await readPack(folder('nano'));
  const request = (changes: Partial<Settings> = {}): DecodeRequest => ({ class: 0, seed: 0, settings: { ...manifest.defaults, ...changes } });
  expect(() => checkBatch({ ...manifest, batch: undefined }, [request(), request()])).toThrow(/1 to 1 images at once, got 2/);
  expect(() => checkBatch(manifest, [])).toThrow(/1 to 16 images/);
  expect(() => checkBatch(manifest, Array.from({ length: 17 }, () => request()))).toThrow(/got 17/);
  expect(() => checkBatch(manifest, [request(), request({ guidance: 1 })])).toThrow(/cannot be decoded at once/);
  expect(() => checkBatch(manifest, Array.from({ length: 16 }, () => request()))).not.toThrow();
});
