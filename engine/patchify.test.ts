import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patchify, PatchGate, type Rules } from './patchify.ts';

const rules = (changes: Partial<Rules> = {}): Rules => ({
  entropyThreshold: 2, maxPatchLength: 4, entropyGate: true, lengthGate: true, rowReset: true, staticLength: null, ...changes,
});
const anyRules = fc.record({
  entropyThreshold: fc.double({ min: 0, max: 5, noNaN: true }), maxPatchLength: fc.integer({ min: 1, max: 9 }),
  entropyGate: fc.boolean(), lengthGate: fc.boolean(), rowReset: fc.boolean(), staticLength: fc.double({ min: 1, max: 6, noNaN: true }),
});
const anyEntropies = (length: number) => fc.array(fc.float({ min: 0, max: 5, noNaN: true }), { minLength: length, maxLength: length });

test('the reasons of Alg. 3, each and together', () => {
  const low = Array<number>(12).fill(1);
  low[6] = 3;
  const { opens, spans } = patchify([Infinity, ...low.slice(1)], rules(), 6);
  expect(opens).toEqual([['first'], ['second'], [], [], [], ['full'], ['row', 'entropy'], [], [], [], ['full'], []]);
  expect(spans).toEqual([{ start: 0, end: 0 }, { start: 1, end: 4 }, { start: 5, end: 5 }, { start: 6, end: 9 }, { start: 10, end: 11 }]);
});

test('the threshold is rounded to float32 and must be exceeded', () => {
  const e = Math.fround(5.2);
  const opens = (entropy: number) => patchify([null, 0, entropy], rules({ entropyThreshold: 5.2 }), 4).opens[2];
  expect(opens(e)).toEqual([]);
  expect(opens(Math.fround(5.200001))).toEqual(['entropy']);
});

test('P_max = 1 is one token per patch', () => {
  expect(patchify(Array<number>(16).fill(0), rules({ maxPatchLength: 1 }), 4).spans).toHaveLength(16);
});

test('all three switches off: static patches of a mean length, fractions included', () => {
  const off = { entropyGate: false, lengthGate: false, rowReset: false };
  const starts = (staticLength: number | null) => patchify(Array<number>(12).fill(9), rules({ ...off, staticLength }), 4).spans.map((s) => s.start);
  expect(starts(3)).toEqual([0, 3, 6, 9]);
  expect(starts(1.5)).toEqual([0, 2, 3, 5, 6, 8, 9, 11]);
  expect(starts(null)).toEqual([0]);
  expect(patchify([null, 9, 9, 9], rules({ ...off, staticLength: 3 }), 2).opens).toEqual([['first'], [], [], ['static']]);
});

test('online and offline agree, spans tile the image and obey the length gate and the rows', () => {
  fc.assert(fc.property(anyRules, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.gen(), (r, width, rows, g) => {
    const entropies = g(anyEntropies, width * rows);
    const { opens, spans } = patchify(entropies, r, width);
    const gate = new PatchGate(r, width);
    expect(entropies.map((e) => gate.next(e))).toEqual(opens);
    expect(spans.flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, i) => start + i))).toEqual(entropies.map((_, i) => i));
    expect(spans.map((s) => s.start)).toEqual(opens.flatMap((o, i) => (o.length > 0 ? [i] : [])));
    for (const { start, end } of spans) {
      if (r.lengthGate) expect(end - start).toBeLessThan(r.maxPatchLength);
      if (r.rowReset) expect(Math.floor(start / width)).toBe(Math.floor(end / width));
    }
  }));
});
