import { expect, it } from 'vitest';
import { thresholdScale } from './thresholdScale.ts';

const curve = [[2, 248], [4, 220], [5, 190], [6, 120], [6.6, 66]].map(([entropyThreshold, stepsMean]) => ({ entropyThreshold: entropyThreshold!, stepsMean: stepsMean! }));
const scale = thresholdScale(curve, 256, 6.93)!;

it('equal distances skip equally many steps', () => {
  expect(scale.place(5) - scale.place(4)).toBeCloseTo((220 - 190) / (190 * (31 / 30)), 6);
  expect(scale.value(scale.place(5.5))).toBe(5.5);
});

it('reaches both ends, and holds there', () => {
  expect([scale.place(0), scale.place(6.93), scale.value(0), scale.value(1)]).toEqual([0, 1, 0, 6.93]);
  expect([scale.place(-1), scale.place(99)]).toEqual([0, 1]);
});

it('grows without a pause', () => {
  const values = Array.from({ length: 101 }, (_, i) => scale.value(i / 100));
  for (let i = 1; i < values.length; i++) expect(values[i]!).toBeGreaterThan(values[i - 1]!);
});

it('a pack without a curve has no such scale', () => {
  expect(thresholdScale([], 256, 6.93)).toBeNull();
  expect(thresholdScale(curve.slice(0, 1), 256, 6.93)).toBeNull();
});

it('a curve along which no step is skipped, as where every token is a patch, makes none either', () => {
  expect(thresholdScale([1, 2, 3].map((entropyThreshold) => ({ entropyThreshold, stepsMean: 256 })), 256, 6.93)).toBeNull();
});
