import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeOne } from './decode.ts';
import type { TokenEvent } from './log.ts';
import { patchify } from './patchify.ts';
import { FakeGraphs, tinyManifest } from './testing/manifest.ts';
import { boundaryChanges, entropyHistogram, hasEntropies, lengthHistogram, meanEntropy, repatch, rulesOf, sameRules, thresholdCurve } from './whatif.ts';

const m = tinyManifest();
const rules = fc.record({
  entropyThreshold: fc.double({ min: 0, max: 4, noNaN: true }), maxPatchLength: fc.integer({ min: 1, max: 4 }),
  entropyGate: fc.boolean(), lengthGate: fc.constant(true), rowReset: fc.boolean(), staticLength: fc.constant(null),
});

async function run(settings = m.defaults, entropy: (i: number) => number = (i) => (i * 7) % 5): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(new FakeGraphs(entropy), m, { class: 0, seed: 1, settings })) events.push(event);
  return events;
}

test('redrawn boundaries are those of a run decoded with the same rules', async () => {
  const decoded = await run();
  await fc.assert(fc.asyncProperty(rules, async (changed) => {
    const other = await run({ ...m.defaults, ...changed });
    const redrawn = repatch(decoded, changed, 4);
    expect(redrawn.map((e) => [e.token, e.patch])).toEqual(decoded.map((e, i) => [e.token, repatch(decoded, changed, 4)[i]!.patch]));
    // Token by token runs have no entropies, so surprise is not among their reasons.
    if (hasEntropies(other)) expect(redrawn.map((e) => [e.opens, e.patch])).toEqual(other.map((e) => [e.opens, e.patch]));
  }), { numRuns: 50 });
});

test('its own rules leave a run as it is', async () => {
  const decoded = await run();
  expect(repatch(decoded, rulesOf(m.defaults), 4)).toEqual(decoded);
  expect(sameRules(m.defaults, rulesOf(m.defaults))).toBe(true);
  expect(sameRules(m.defaults, { ...m.defaults, rowReset: false })).toBe(false);
  expect(boundaryChanges(decoded, decoded)).toEqual({ added: 0, removed: 0 });
});

test('boundaries that come and go are counted apart', async () => {
  const decoded = await run();
  const finer = repatch(decoded, { ...m.defaults, maxPatchLength: 1 }, 4);
  const patches = decoded.filter((e) => e.opens.length > 0).length;
  expect(boundaryChanges(decoded, finer)).toEqual({ added: 16 - patches, removed: 0 });
  expect(boundaryChanges(finer, decoded)).toEqual({ added: 0, removed: 16 - patches });
});

test('the curve is P_avg of patchify at every threshold, and never falls', async () => {
  const entropies = (await run()).map((e) => e.entropy);
  const thresholds = [0, 1, 2, 3, 4];
  const curve = thresholdCurve(entropies, m.defaults, 4, thresholds);
  curve.forEach((point, i) => expect(point.pAvg).toBe(16 / patchify(entropies, { ...m.defaults, entropyThreshold: thresholds[i]! }, 4).spans.length));
  curve.slice(1).forEach((point, i) => expect(point.pAvg).toBeGreaterThanOrEqual(curve[i]!.pAvg));
});

test('histograms count every patch and every known entropy once', async () => {
  const events = await run();
  const lengths = lengthHistogram(events);
  expect(lengths.reduce((sum, n, i) => sum + n * (i + 1), 0)).toBe(16);
  expect(lengths.reduce((a, b) => a + b, 0)).toBe(events.filter((e) => e.opens.length > 0).length);
  const bins = entropyHistogram(events, 4, 8);
  expect(bins.reduce((a, b) => a + b, 0)).toBe(15);
  expect(bins[7]).toBe(events.filter((e) => e.entropy === 4).length);
  expect(meanEntropy(events)).toBeCloseTo(events.slice(1).reduce((sum, e) => sum + e.entropy!, 0) / 15);
  expect([lengthHistogram([]), meanEntropy([])]).toEqual([[], null]);
});
