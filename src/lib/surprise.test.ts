import { expect, it } from 'vitest';
import { surprisesOf } from './surprise.ts';

const token = (entropy: number | null, p: number | null) => ({ entropy, classLogprob: p === null ? null : Math.log(p) });

it('sets the surprise of each token beside its entropy, and means of bins with enough tokens', () => {
  const found = surprisesOf([token(null, 1), ...Array.from({ length: 5 }, () => token(0.25, 1)), ...Array.from({ length: 5 }, (_, i) => token(2.5, i % 2 ? 1 / Math.E : 1)), token(4.5, Math.exp(-3)), token(5, null)])!;
  expect(found.points).toHaveLength(11);
  expect(found.points[0]).toEqual([0.25, 0]);
  expect(found.points.at(-1)).toEqual([4.5, 3]);
  expect(found.entropy).toBeCloseTo((5 * 0.25 + 5 * 2.5 + 4.5) / 11, 10);
  expect(found.surprise).toBeCloseTo(5 / 11, 10);
  expect(found.means).toEqual([[0.5, 0], [2.5, expect.closeTo(0.4, 10)]]);
});

it('knows a straight line, a falling one and one that never changes', () => {
  const of = (pairs: [number, number][]) => surprisesOf(pairs.map(([entropy, surprise]) => token(entropy, Math.exp(-surprise))))!.correlation;
  expect(of([[1, 1], [2, 2], [3, 3]])).toBeCloseTo(1, 10);
  expect(of([[1, 3], [2, 2], [3, 1]])).toBeCloseTo(-1, 10);
  expect(of([[1, 1], [2, 1]])).toBeNull();
});

it('says nothing of a single token, or of none', () => {
  expect(surprisesOf([token(1, 0.5), token(null, 0.5), token(1, null)])).toBeNull();
  expect(surprisesOf([])).toBeNull();
});
