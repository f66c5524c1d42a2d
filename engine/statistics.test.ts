import { expect, test } from 'vitest';
import { median, quantile, ratios, summary } from './statistics.ts';

test('quantiles interpolate between neighbours, whatever the order', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
  expect([quantile([5, 7, 6], 0), quantile([5, 7, 6], 1)]).toEqual([5, 7]);
  expect(quantile([8], 0.75)).toBe(8);
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});

test('a summary is not moved by one disturbed repeat', () => {
  const { median: middle, q1, q3, mad, n } = summary([10, 11, 12, 13, 900]);
  expect({ middle, q1, q3, mad, n }).toEqual({ middle: 12, q1: 11, q3: 13, mad: 1, n: 5 });
});

test('ratios are taken round by round, so that a slow round cancels', () => {
  expect(ratios([20, 200, 20], [10, 100, 10]).median).toBe(2);
  expect(ratios([20, 200, 20], [10, 100, 10]).mad).toBe(0);
  expect(() => ratios([1], [1, 2])).toThrow(RangeError);
});
