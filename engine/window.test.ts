import fc from 'fast-check';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readPack } from '../node/pack.ts';
import { NodeRunner } from '../node/runtime.ts';
import { decodeGraphs } from './decode-graphs.ts';
import { decode, type DecodeOptions, type DecodeRequest } from './decode.ts';
import type { DecodeGraphs } from './graphs.ts';
import { digest, startsOf, tokensOf, type TokenEvent } from './log.ts';
import type { Manifest } from './manifest.ts';
import { tokenByToken } from './settings.ts';
import { withDevice } from './testing/host-device.ts';
import { DependentGraphs, tinyManifest } from './testing/manifest.ts';
import { draftFrom, draftTokens, Window } from './window.ts';

/** Every image's events, and its passes. */
async function all(graphs: DecodeGraphs, manifest: Manifest, requests: readonly DecodeRequest[], options: DecodeOptions): Promise<TokenEvent[][]> {
  const events: TokenEvent[][] = requests.map(() => []);
  for await (const pass of decode(graphs, manifest, requests, options)) {
    for (const one of pass) {
      expect(one.events.length).toBeGreaterThan(0);
      expect(one.drafts.length).toBeLessThanOrEqual(options.window!);
      events[one.image]!.push(...one.events);
    }
  }
  return events;
}

const plain = (events: TokenEvent[]) => events.map((event) => ({ ...event, pass: 0, times: {} }));

describe('a window over tokens that are a function of those before them', () => {
  /** An arbitrary causal function. */
  const next = (before: ArrayLike<number>, t: number, seed: number) => Array.from({ length: t }, (_, i) => before[i]!).reduce((hash, x) => (hash * 31 + x + seed) % 1009, seed) % 4;

  test('settles what one token at a time gives, whatever its size, and at least one token a pass', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 64 }), fc.nat(1000), fc.array(fc.nat(3), { maxLength: 9 }), (width, size, seed, given) => {
      const length = width * width;
      const forced = (t: number) => given[t];
      const want: number[] = [];
      for (let t = 0; t < length; t++) want.push(forced(t) ?? next(want, t, seed));
      const window = new Window(length, width, size, forced);
      let passes = 0;
      while (window.settled < length) {
        const { settled, end } = window;
        const answers = Array.from({ length: end - settled }, (_, i) => forced(settled + i) ?? next(window.tokens, settled + i, seed));
        const behind = draftTokens(window.behind(), answers);
        expect(window.settle(answers)).toBeGreaterThan(0);
        // The drafts that the next pass reads, all but that of its last position, are the predicted ones.
        const read = Math.max(end, window.end - 1);
        expect([...window.tokens.subarray(end, read)]).toEqual(behind.slice(0, read - end));
        passes++;
      }
      expect([...window.tokens]).toEqual(want);
      expect(passes).toBeLessThanOrEqual(length);
      if (size === 1) expect(passes).toBe(length);
    }));
  });

  test('drafts are the token above, in the first row the one to the left', () => {
    expect([1, 3, 4, 9].map((t) => draftFrom(t, 4))).toEqual([0, 2, 0, 5]);
    expect([...new Window(16, 4, 6, (t) => [7, 8][t]).tokens]).toEqual([7, 8, 8, 8, 7, 8, ...Array(10).fill(0)]);
  });
});

test('a batch of images gives by any window what it gives one token at a time: tokens, patches, entropies, probabilities', async () => {
  const m = { ...tinyManifest(), batch: 16 };
  const settings = fc.record({
    maxPatchLength: fc.integer({ min: 1, max: 4 }), entropyThreshold: fc.double({ min: 0, max: 3, noNaN: true }), rowReset: fc.boolean(), entropyGate: fc.boolean(),
    temperature: fc.constantFrom(0, 0.5, 1),
  }).map((changes) => ({ ...m.defaults, ...changes }));
  const request = fc.record({
    class: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 0xffffffff }), settings, given: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 16 }),
  });
  await fc.assert(fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), fc.constantFrom(2, 3, 8, 16, 64), async (requests, window) => {
    const want = await all(new DependentGraphs(), m, requests, { window: 1 });
    const got = await all(new DependentGraphs(), m, requests, { window });
    expect(got.map(plain)).toEqual(want.map(plain));
    for (const [i, events] of got.entries()) {
      expect(want[i]!.map(({ pass }) => pass)).toEqual(want[i]!.map(({ t }) => t + 1));
      const passes = events.map(({ pass }) => pass!);
      expect(passes.every((pass, t) => pass - (t === 0 ? 0 : passes[t - 1]!) <= 1)).toBe(true);
    }
  }), { numRuns: 60 });
});

test('stopped between passes and taken up again, with another window, it is the same run', async () => {
  const m = tinyManifest();
  const request: DecodeRequest = { class: 1, seed: 3, settings: m.defaults, given: [3, 1] };
  const [whole] = await all(new DependentGraphs(), m, [request], { window: 5 });
  await fc.assert(fc.asyncProperty(fc.nat(16), fc.constantFrom(1, 2, 5, 16), async (kept, window) => {
    const [again] = await all(new DependentGraphs(), m, [{ ...request, resume: whole!.slice(0, kept) }], { window });
    expect(again!.slice(0, kept).map(({ pass }) => pass)).toEqual(whole!.slice(0, kept).map(({ pass }) => pass));
    expect(plain(again!)).toEqual(plain(whole!));
  }));
  const signal = { aborted: false };
  const seen: number[] = [];
  for await (const [pass] of decode(new DependentGraphs(), m, [{ ...request, signal }], { window: 5 })) {
    seen.push(...pass!.events.map(({ t }) => t));
    if (seen.length >= 4) signal.aborted = true;
  }
  expect(seen).toEqual(Array.from(seen, (_, t) => t));
  expect(seen.length).toBeLessThan(16);
});

describe.each(['nano', 'pico', 'nano-gpt'])('pack %s on onnxruntime', (name) => {
  const folder = join(import.meta.dirname, '../fixtures/models', name);
  const runners: NodeRunner[] = [];
  const open = async (newSlots: boolean) => {
    const pack = await readPack(folder);
    const runner = new NodeRunner(pack, { newSlots, variant: 'fp32' });
    runners.push(runner);
    return { runner, m: { ...pack.manifest, batch: 16 } };
  };
  afterAll(() => Promise.all(runners.map((runner) => runner.release())));

  const digestOf = (events: TokenEvent[], m: Manifest) => digest(tokensOf(events), startsOf(events), m.grid.width);
  const variants = (m: Manifest) => [
    { ...m.defaults }, { ...m.defaults, guidance: 1 }, { ...m.defaults, guidance: 3, against: 2 }, { ...m.defaults, temperature: 0 }, { ...m.defaults, topK: 5, topP: 0.9 },
    ...(m.kind === 'gpt' ? [] : [
      { ...m.defaults, ...tokenByToken, guidance: 3 }, { ...m.defaults, entropyGate: false, lengthGate: false, rowReset: false, staticLength: 2.5 },
      { ...m.defaults, entropyThreshold: 20, maxPatchLength: 8 },
    ]),
  ];

  test.each([true, false])('every window gives the tokens and patches of one token at a time; new-slot graphs: %s', async (newSlots) => {
    const { runner, m } = await open(newSlots);
    const graphs = decodeGraphs(runner, m);
    expect(graphs.mostPositions).toBe(64);
    for (const [i, settings] of variants(m).entries()) {
      const requests = [{ class: 0, seed: 40 + i, settings }, { class: m.classes.length, seed: 7, settings, given: [1, 2, 3] }];
      const want = (await all(graphs, m, requests, { window: 1 })).map((events) => digestOf(events, m));
      for (const window of [2, 3, 8, 16, 64]) {
        const got = await all(graphs, m, requests, { window });
        expect(got.map((events) => digestOf(events, m)), `window ${window} ${JSON.stringify(settings)}`).toEqual(want);
        expect(got.every((events) => events.at(-1)!.pass! <= m.grid.tokens)).toBe(true);
      }
    }
    graphs.dispose();
  });

  test('with sampling on the device, at one wait a pass', async () => {
    const { runner: inner, m } = await open(false);
    const host = decodeGraphs(inner, m);
    for (const [i, settings] of variants(m).entries()) {
      const request = { class: 1, seed: 90 + i, settings, given: i % 2 === 0 ? [] : Array.from({ length: 11 }, (_, t) => t % m.vocab) };
      const [want] = await all(host, m, [request], { window: 1 });
      for (const window of [2, 5, 16, 64]) {
        const { runner, device } = withDevice(inner);
        const [got] = await all(decodeGraphs(runner, m), m, [request], { window });
        expect(digestOf(got!, m), `window ${window} ${JSON.stringify(settings)}`).toBe(digestOf(want!, m));
        expect(device.waits).toBe(got!.at(-1)!.pass);
        // Entropies and probabilities are those of the host, but for the rounding of several rows.
        for (const [t, event] of got!.entries()) {
          if (event.entropy !== null) expect(event.entropy).toBeCloseTo(want![t]!.entropy!, 3);
          expect(event.logprob ?? 0).toBeCloseTo(want![t]!.logprob ?? 0, 3);
        }
      }
    }
    host.dispose();
  });
});

test('a pack without graphs for windows decodes one token a pass', async () => {
  const pack = await readPack(join(import.meta.dirname, '../fixtures/models/nano-llamagen'));
  const runner = new NodeRunner(pack);
  const graphs = decodeGraphs(runner, pack.manifest);
  const there = runner.has('gpt_window');
  const [events] = await all(graphs, pack.manifest, [{ class: 0, seed: 1, settings: pack.manifest.defaults }], { window: 16 });
  if (there) expect(events!.at(-1)!.pass).toBeLessThanOrEqual(pack.manifest.grid.tokens);
  else expect(events!.at(-1)!.pass).toBe(pack.manifest.grid.tokens);
  graphs.dispose();
  await runner.release();
});
