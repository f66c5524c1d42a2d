import { expect, test } from 'vitest';
import { decodeOne } from './decode.ts';
import type { TokenEvent } from './log.ts';
import { staticPatches, tokenByToken } from './settings.ts';
import { FakeGraphs, tinyManifest } from './testing/manifest.ts';
import { clampCursor, figuresAt, passesAt, patchesAt, sharesPasses, widestPass } from './view.ts';

const m = tinyManifest();
const events: TokenEvent[] = [];
for await (const event of decodeOne(new FakeGraphs((i) => (i === 6 ? 2 : 1)), m, { class: 0, seed: 1, settings: m.defaults }, { now: () => performance.now() })) events.push(event);

test('patches up to the cursor, the open one included', () => {
  expect(patchesAt(events, 0, 4)).toEqual([]);
  expect(patchesAt(events, 7, 4).map((p) => [p.start, p.end])).toEqual([[0, 0], [1, 3], [4, 5], [6, 6]]);
  expect(patchesAt(events, 7, 4)[2]).toMatchObject({ index: 2, row: 1, length: 2, columns: { start: 0, end: 1 }, cells: [{ row: 1, start: 0, end: 1 }], opens: ['row', 'full'] });
});

test('without row reset a patch may cover cells of two rows', () => {
  const flat = events.slice(0, 5).map((e, i) => ({ ...e, opens: i === 0 ? e.opens : [], patch: 0 }));
  expect(patchesAt(flat, 5, 4)[0]).toMatchObject({ start: 0, end: 4, cells: [{ row: 0, start: 0, end: 3 }, { row: 1, start: 0, end: 0 }] });
});

test('passes up to the cursor, the one under way included', () => {
  const passes = [1, 1, 1, 2, 3, 3];
  const made = passes.map((pass, i) => ({ ...events[i]!, pass }));
  expect(passesAt(made, 0)).toEqual([]);
  expect(passesAt(made, 5)).toEqual([{ pass: 1, start: 0, end: 3 }, { pass: 2, start: 3, end: 4 }, { pass: 3, start: 4, end: 5 }]);
  expect(widestPass(made)).toBe(3);
  expect([0, 1, 2, 6, 99].map((cursor) => sharesPasses(made, cursor))).toEqual([false, false, true, true, true]);
  expect(widestPass(events)).toBe(1);
  const old = made.map((event) => ({ ...event, pass: undefined }));
  expect([passesAt(old, 6), widestPass(old), sharesPasses(old), sharesPasses(events)]).toEqual([[], 0, false, false]);
});

test('figures are functions of the cursor', () => {
  const all = figuresAt(events, 99, m, m.defaults);
  expect(all).toMatchObject({ tokens: 16, patches: patchesAt(events, 16, 4).length, patchTransformerSteps: all.patches });
  expect(all.pAvg).toBeCloseTo(16 / all.patches);
  expect(all.stages.decoder!.runs).toBe(16);
  expect(all.stages.entropy!.runs).toBe(15);
  expect(all.cost.total).toBeLessThan(all.baseline.total);
  expect(figuresAt(events, 0, m, m.defaults)).toMatchObject({ tokens: 0, pAvg: null, tokensPerSecond: null, costRatio: null });
  expect(figuresAt(events.map((e) => ({ ...e, entropy: null })), 16, m, m.defaults).cost.entropy).toBe(0);
  for (const cursor of [1, 2, 16]) expect(figuresAt(events, cursor, m, { ...m.defaults, lengthGate: true, maxPatchLength: 1 }).cost.entropy, 'one token per patch').toBe(0);
});

test('stages add up over the shown tokens, and one that never ran is left out', () => {
  const made = events.slice(0, 3).map((event, i) => ({ ...event, times: [{ entropy: 1, encoder: 2, patchTransformer: 6, decoder: 3 }, { decoder: 5, encoder: 2 }, { decoder: 90 }][i]! }));
  expect(figuresAt(made, 2, m, m.defaults)).toMatchObject({ milliseconds: 19 });
  expect(figuresAt(made, 2, m, m.defaults).stages).toEqual({
    entropy: { sum: 1, mean: 1, runs: 1 }, encoder: { sum: 4, mean: 2, runs: 2 }, patchTransformer: { sum: 6, mean: 6, runs: 1 }, decoder: { sum: 8, mean: 4, runs: 2 },
  });
  expect(figuresAt([], 0, m, m.defaults).stages).toEqual({});
});

test('passes and speed are of the tokens that were sampled; a pass that only read given ones is none of them', async () => {
  const given = [1, 2, 3, 4, 5];
  const made: TokenEvent[] = [];
  for await (const event of decodeOne(new FakeGraphs(() => 1), m, { class: 0, seed: 1, settings: m.defaults, given })) made.push({ ...event, times: { decoder: event.t < 5 ? 1 : 10 } });
  const figures = (events: readonly TokenEvent[], cursor = 16) => figuresAt(events, cursor, m, m.defaults);
  expect(figures(made)).toMatchObject({ tokens: 16, passes: 11, milliseconds: 115, sampled: { tokens: 11, milliseconds: 110 }, tokensPerSecond: 100 });
  expect(figures(made, 5)).toMatchObject({ tokens: 5, passes: 0, sampled: { tokens: 0, milliseconds: 0 }, tokensPerSecond: null });
  expect(figures(events)).toMatchObject({ passes: 16, sampled: { tokens: 16, milliseconds: figures(events).milliseconds } });
  // Four a pass: the second one reads the last given token, and samples the first of three.
  const wide = made.map((event) => ({ ...event, pass: 1 + Math.floor(event.t / 4), times: event.t % 4 === 0 ? { decoder: 10 } : {} }));
  expect(figures(wide)).toMatchObject({ passes: 3, milliseconds: 40, sampled: { tokens: 11, milliseconds: 30 } });
  expect([widestPass(wide), widestPass(wide.slice(0, 8)), widestPass(wide.slice(0, 5))]).toEqual([4, 3, 0]);
  const old = made.map((event) => ({ ...event, pass: undefined }));
  expect(figures(old)).toMatchObject({ passes: null, sampled: { tokens: 11, milliseconds: 110 } });
});

test.each([
  ['dynamic patches', {}, 15, true], ['static patches, whose map it makes', staticPatches(2), 15, false], ['one token per patch', tokenByToken, 0, false],
])('the entropy model counts where the rules need it: %s', async (_, rules, runs, counts) => {
  const settings = { ...m.defaults, ...rules };
  const made: TokenEvent[] = [];
  for await (const event of decodeOne(new FakeGraphs(() => 1), m, { class: 0, seed: 1, settings })) made.push(event);
  const { stages, cost } = figuresAt(made, 16, m, settings);
  expect(stages.entropy?.runs ?? 0).toBe(runs);
  expect(cost.entropy > 0).toBe(counts);
});

test('cursors are clamped', () => {
  expect([-1, 3.7, 99, NaN, Infinity].map((c) => clampCursor(events, c))).toEqual([0, 3, 16, 0, 16]);
});
