import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, decodeOne, type DecodeRequest } from './decode.ts';
import type { TokenEvent } from './log.ts';
import { DependentGraphs, tinyManifest } from './testing/manifest.ts';

const m = { ...tinyManifest(), batch: 16 };

const timeless = (events: TokenEvent[]) => events.map(({ times, ...rest }) => ({ ...rest, stages: Object.keys(times).sort() }));

async function alone(request: DecodeRequest) {
  const graphs = new DependentGraphs();
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(graphs, m, request)) events.push(event);
  return { events: timeless(events), calls: graphs.calls };
}

async function together(graphs: DependentGraphs, requests: readonly DecodeRequest[]) {
  const events: TokenEvent[][] = requests.map(() => []);
  for await (const pass of decode(graphs, m, requests)) for (const one of pass) events[one.image]!.push(...one.events);
  return events.map(timeless);
}

const settings = fc.record({
  maxPatchLength: fc.integer({ min: 1, max: 4 }), entropyThreshold: fc.double({ min: 0, max: 3, noNaN: true }), rowReset: fc.boolean(), entropyGate: fc.boolean(),
  temperature: fc.constantFrom(0, 0.5, 1), topP: fc.constantFrom(0.8, 1),
}).map((changes) => ({ ...m.defaults, ...changes }));
const request = fc.record({
  class: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 0xffffffff }), settings, given: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 16 }),
});

test('every image does what it does alone, call for call', async () => {
  await fc.assert(fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 16 }), async (requests) => {
    const graphs = new DependentGraphs();
    const events = await together(graphs, requests);
    for (const [image, one] of requests.entries()) {
      const want = await alone(one);
      expect(events[image]).toEqual(want.events);
      expect(graphs.callsOf[image]).toEqual(want.calls);
    }
  }), { numRuns: 60 });
});

test('an image leaves by its own signal, and the others go on', async () => {
  const signals = [{ aborted: false }, { aborted: false }];
  const requests = signals.map((signal, i): DecodeRequest => ({ class: i, seed: 1 + i, settings: m.defaults, signal }));
  const counts = [0, 0];
  for await (const pass of decode(new DependentGraphs(), m, requests)) {
    for (const { image } of pass) counts[image]!++;
    if (counts[0] === 3) signals[0]!.aborted = true;
    if (counts[1] === 9) signals[1]!.aborted = true;
  }
  expect(counts).toEqual([3, 9]);
  expect(await together(new DependentGraphs(), requests)).toEqual([[], []]);
});

test('an image taken up again decodes its tokens and patches, the others are new', async () => {
  const fresh: DecodeRequest = { class: 2, seed: 9, settings: m.defaults };
  const before = await alone(fresh);
  const [again, other] = await together(new DependentGraphs(), [{ ...fresh, resume: before.events.slice(0, 7) }, { class: 1, seed: 4, settings: m.defaults }]);
  expect(again).toEqual(before.events);
  expect(other).toEqual((await alone({ class: 1, seed: 4, settings: m.defaults })).events);
});

test('an entropy that is no number names the image', async () => {
  const graphs = new DependentGraphs();
  graphs.entropyStep = async (steps) => steps.map(({ image }) => (image === 1 ? NaN : 1));
  await expect(together(graphs, [0, 1].map((seed) => ({ class: 0, seed, settings: m.defaults })))).rejects.toMatchObject({ code: 'graph-failed', message: expect.stringContaining('image 2') });
});
