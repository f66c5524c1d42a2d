import { expect, it } from 'vitest';
import { interpolate } from './interpolate.ts';

const points = [[1, 0.1], [3, 0.3], [3, 5], [4, 7]] as const;

it('is linear between points, and exact at each', () => {
  expect(interpolate(points, 2, 'none')).toBeCloseTo(0.2);
  expect(interpolate(points, 3.5, 'none')).toBe(6);
  expect([1, 3, 4].map((x) => interpolate(points, x, 'none'))).toEqual([0.1, 0.3, 7]);
});

it('holds the ends outside where it should, and is null else', () => {
  expect([0, 9].map((x) => interpolate(points, x, 'held'))).toEqual([0.1, 7]);
  expect([0, 9].map((x) => interpolate(points, x, 'none'))).toEqual([null, null]);
  expect([interpolate([], 1, 'held'), interpolate([], 1, 'none')]).toEqual([null, null]);
});
