/** Images decoded at once against the same images alone, on the packs made for tests (docs/packs.md). */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode, decodeOne, type DecodeRequest } from '../engine/decode.ts';
import { decodeGraphs } from '../engine/decode-graphs.ts';
import { checkBatch, MOST_IMAGES } from '../engine/decode-request.ts';
import type { DecodeGraphs } from '../engine/graphs.ts';
import type { TokenEvent } from '../engine/log.ts';
import { choose, type DecodeLogits } from '../engine/sampling.ts';
import { isTokenByToken, type Settings } from '../engine/settings.ts';
import { watched } from '../engine/testing/watched.ts';
import { readPack, type Pack } from './pack.ts';
import { NodeRunner } from './runtime.ts';
import { replacing } from './testing/replacing.ts';

/** Of logits and entropies in float32, whatever the number of images. */
const TOLERANCE = 1e-4;
const folder = (name: string) => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));

/** A run alone with its logits; `resume` forces its tokens and patches. */
async function alone(graphs: DecodeGraphs, pack: Pack, request: DecodeRequest) {
  const logits: DecodeLogits[] = [];
  const watching = watched(graphs, (batch) => ({
    decoderStep: async (steps) => {
      const [rows] = await batch.decoderStep(steps);
      logits[steps[0]!.t] = rows!;
      return [rows!];
    },
  }));
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(watching, pack.manifest, request)) events.push(event);
  return { events, logits };
}

/** The same at once, with the patch steps of each run of the patch transformer. */
async function together(graphs: DecodeGraphs, pack: Pack, requests: readonly DecodeRequest[]) {
  const events: TokenEvent[][] = requests.map(() => []);
  const logits: DecodeLogits[][] = requests.map(() => []);
  const runs: number[] = [];
  const watching = watched(graphs, (batch) => ({
    patchStep: (steps) => {
      runs.push(steps.length);
      return batch.patchStep(steps);
    },
    decoderStep: async (steps) => {
      const rows = await batch.decoderStep(steps);
      rows.forEach((row, i) => (logits[steps[i]!.image]![steps[i]!.t] = row));
      return rows;
    },
  }));
  for await (const pass of decode(watching, pack.manifest, requests)) for (const one of pass) events[one.image]!.push(...one.events);
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
  let ways: Record<'new slots' | 'in place' | 'replaced', DecodeGraphs>;

  beforeAll(async () => {
    pack = await readPack(folder(name));
    runner = new NodeRunner(pack, { variant: 'fp32' });
    inPlace = new NodeRunner(pack, { variant: 'fp32', newSlots: false });
    single = decodeGraphs(runner, pack.manifest);
    ways = { 'new slots': decodeGraphs(runner, pack.manifest), 'in place': decodeGraphs(inPlace, pack.manifest), replaced: decodeGraphs(replacing(inPlace), pack.manifest) };
  });
  afterAll(async () => {
    for (const graphs of [single, ...Object.values(ways)]) graphs.dispose();
    await runner.release();
    await inPlace.release();
  });

  const images = fc.array(fc.record({ class: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 0xffffffff }), given: fc.integer({ min: 0, max: 12 }) }), { minLength: 1, maxLength: MOST_IMAGES });
  const rules = fc.record({
    guidance: fc.constantFrom(1, 2, 3.5), temperature: fc.constantFrom(0, 0.7, 1), topK: fc.constantFrom(0, 20), maxPatchLength: fc.integer({ min: 1, max: 8 }),
    shift: fc.double({ min: -0.5, max: 0.5, noNaN: true }), rowReset: fc.boolean(),
  });

  test('any images at once are the images alone', async () => {
    await fc.assert(fc.asyncProperty(images, rules, fc.constantFrom(...Object.keys(ways) as (keyof typeof ways)[]), async (asked, { shift, ...changes }, way) => {
      const { defaults, kind, vocab } = pack.manifest;
      const { maxPatchLength, rowReset, ...sampling } = changes;
      const settings: Settings = kind === 'gpt' ? { ...defaults, ...sampling } : { ...defaults, ...sampling, maxPatchLength, rowReset, entropyThreshold: defaults.entropyThreshold + shift };
      const requests = asked.map(({ given, ...rest }): DecodeRequest => ({ ...rest, settings, given: Array.from({ length: given }, (_, i) => (rest.seed + 7 * i) % vocab) }));
      const batch = await together(ways[way], pack, requests);
      for (const [image, request] of requests.entries()) {
        const events = batch.events[image]!;
        expect(events).toHaveLength(pack.manifest.grid.tokens);
        // Alone on the same tokens and patches: then nothing but rounding may differ.
        const forced = await alone(single, pack, { ...request, resume: events });
        for (const [t, event] of forced.events.entries()) {
          expect(farthest(batch.logits[image]![t]!, forced.logits[t]!), `logits of token ${t}, image ${image} of ${requests.length}`).toBeLessThanOrEqual(TOLERANCE);
          expect(events[t]).toMatchObject({ t, opens: event.opens, source: event.source, patch: event.patch });
          expect(choose(batch.logits[image]![t]!, settings, { seed: request.seed, t }, request.given![t])).toMatchObject({ token: events[t]!.token, logprob: events[t]!.logprob });
        }
        const free = await alone(single, pack, request);
        const differs = free.events.findIndex((event, t) => event.token !== events[t]!.token || event.opens.length !== events[t]!.opens.length);
        if (differs >= 0) expect(tied(free, batch.logits[image]!, events, differs, settings), `token ${differs}, image ${image} of ${requests.length}`).toBe(true);
      }
    }), { numRuns: 12 });
  }, 120_000);

  test('every patch is one row of one run, and images that open one together share the run', async () => {
    const requests = [0, 1, 2, 0].map((label, i): DecodeRequest => ({ class: label, seed: 40 + i, settings: pack.manifest.defaults }));
    for (const graphs of [ways['new slots'], ways['in place']]) {
      const { events, runs } = await together(graphs, pack, requests);
      expect(runs.reduce((a, b) => a + b, 0)).toBe(events.reduce((sum, image) => sum + image.at(-1)!.patch + 1, 0));
      expect(runs.length).toBe(new Set(events.flatMap((image) => image.filter(({ opens }) => opens.length > 0).map(({ t }) => t))).size);
    }
  });

  test('a run that is stopped in one batch goes on in another of another size', async () => {
    const request = { class: 1, seed: 11, settings: pack.manifest.defaults };
    const others = [3, 4, 5].map((seed): DecodeRequest => ({ class: 2, seed, settings: pack.manifest.defaults }));
    const whole = (await together(ways['new slots'], pack, [others[0]!, request])).events[1]!;
    const signal = { aborted: false };
    const part: TokenEvent[] = [];
    for await (const pass of decode(ways['new slots'], pack.manifest, [request, ...others].map((one) => ({ ...one, signal })))) {
      part.push(...pass[0]!.events);
      if (part.length === 20) signal.aborted = true;
    }
    expect(part.length).toBe(20);
    const resumed = (await together(ways['new slots'], pack, [others[1]!, { ...request, resume: part }])).events[1]!;
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
