import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, type DecodeRequest } from '../decode.ts';
import type { DecodeLogits } from '../graphs.ts';
import type { TokenEvent } from '../log.ts';
import { DependentGraphs, tinyManifest } from '../testing/manifest.ts';
import { decodeBatch, type BatchOptions } from './decode.ts';
import type { BatchGraphs, LogitsStep, PatchStep, TokenStep } from './graphs.ts';

const m = { ...tinyManifest(), batch: 16 };

/** Every row is a fake model of its own; the steps of each run are kept. */
class ManyFakes implements BatchGraphs {
  readonly runs: { graph: string; rows: number[] }[] = [];
  rows: DependentGraphs[] = [];

  async begin(groups: 1 | 2, classes: readonly number[]) {
    this.rows = classes.map(() => new DependentGraphs());
    await Promise.all(this.rows.map((row, i) => row.begin(groups, classes[i]!)));
  }

  #note(graph: string, steps: readonly { row: number }[]) {
    const rows = steps.map(({ row }) => row);
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows).size).toBe(rows.length);
    this.runs.push({ graph, rows });
  }

  entropyStep(steps: readonly TokenStep[]) {
    this.#note('entropy', steps);
    return Promise.all(steps.map(({ row, t, token }) => this.rows[row]!.entropyStep(t, token)));
  }

  async encoderStep(steps: readonly TokenStep[]) {
    this.#note('encoder', steps);
    for (const { row, t, token } of steps) await this.rows[row]!.encoderStep(t, token);
  }

  async patchStep(steps: readonly PatchStep[]) {
    this.#note('patch', steps);
    for (const { row, slot, span } of steps) await this.rows[row]!.patchStep(slot, span);
  }

  decoderStep(steps: readonly LogitsStep[]): Promise<DecodeLogits[]> {
    this.#note('decoder', steps);
    return Promise.all(steps.map(({ row, t }) => this.rows[row]!.decoderStep(t)));
  }

  dispose() {
    this.rows = [];
  }
}

const timeless = (events: TokenEvent[]) => events.map(({ times, ...rest }) => ({ ...rest, stages: Object.keys(times).sort() }));

async function alone(request: DecodeRequest) {
  const graphs = new DependentGraphs();
  const events: TokenEvent[] = [];
  for await (const event of decode(graphs, m, request)) events.push(event);
  return { events: timeless(events), calls: graphs.calls };
}

async function together(graphs: ManyFakes, requests: readonly DecodeRequest[], options: BatchOptions = {}) {
  const events: TokenEvent[][] = requests.map(() => []);
  for await (const { row, event } of decodeBatch(graphs, m, requests, options)) events[row]!.push(event);
  return events.map(timeless);
}

const settings = fc.record({
  maxPatchLength: fc.integer({ min: 1, max: 4 }), entropyThreshold: fc.double({ min: 0, max: 3, noNaN: true }), rowReset: fc.boolean(), entropyGate: fc.boolean(),
  temperature: fc.constantFrom(0, 0.5, 1), topP: fc.constantFrom(0.8, 1),
}).map((changes) => ({ ...m.defaults, ...changes }));
const request = fc.record({
  class: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 0xffffffff }), settings, given: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 16 }),
});

test('every row does what it does alone, call for call, however long rows wait', async () => {
  await fc.assert(fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 16 }), fc.integer({ min: 1, max: 16 }), async (requests, enough) => {
    const graphs = new ManyFakes();
    const events = await together(graphs, requests, { enough });
    for (const [row, one] of requests.entries()) {
      const want = await alone(one);
      expect(events[row]).toEqual(want.events);
      expect(graphs.rows[row]!.calls).toEqual(want.calls);
    }
  }), { numRuns: 60 });
});

test('where more rows have to wait, fewer runs of the patch transformer serve the same patches', async () => {
  const requests = [0, 1, 2, 3].map((seed): DecodeRequest => ({ class: 0, seed, settings: { ...m.defaults, rowReset: false } }));
  const patchRuns = async (enough: number) => {
    const graphs = new ManyFakes();
    await together(graphs, requests, { enough });
    return graphs.runs.filter(({ graph }) => graph === 'patch');
  };
  const [early, late] = [await patchRuns(1), await patchRuns(2)];
  const patches = (runs: typeof early) => runs.reduce((sum, { rows }) => sum + rows.length, 0);
  expect(patches(late)).toBe(patches(early));
  expect(late.length).toBeLessThan(early.length);
});

test('a row leaves by its own signal, all by that of the batch, and the others go on', async () => {
  const signal = { aborted: false };
  const own = { aborted: false };
  const requests: DecodeRequest[] = [{ class: 0, seed: 1, settings: m.defaults, signal: own }, { class: 1, seed: 2, settings: m.defaults }];
  const counts = [0, 0];
  for await (const { row } of decodeBatch(new ManyFakes(), m, requests, { signal })) {
    counts[row]!++;
    if (counts[0] === 3) own.aborted = true;
    if (counts[1] === 9) signal.aborted = true;
  }
  expect(counts).toEqual([3, 9]);
  expect(await together(new ManyFakes(), requests, { signal: { aborted: true } })).toEqual([[], []]);
});

test('a row taken up again decodes its tokens and patches, the others are new', async () => {
  const fresh: DecodeRequest = { class: 2, seed: 9, settings: m.defaults };
  const before = await alone(fresh);
  const resume = before.events.slice(0, 7);
  const [row, other] = await together(new ManyFakes(), [{ ...fresh, seed: 9, resume }, { class: 1, seed: 4, settings: m.defaults }]);
  expect(row).toEqual(before.events);
  expect(other).toEqual((await alone({ class: 1, seed: 4, settings: m.defaults })).events);
});

test('an entropy that is no number names the image', async () => {
  const graphs = new ManyFakes();
  graphs.entropyStep = async (steps) => steps.map(({ row }) => (row === 1 ? NaN : 1));
  await expect(together(graphs, [0, 1].map((seed) => ({ class: 0, seed, settings: m.defaults })))).rejects.toMatchObject({ code: 'graph-failed', message: expect.stringContaining('image 2') });
});
