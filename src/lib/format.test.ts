import { expect, it } from 'vitest';
import { integer, megabytes, operations, parameters, percent, probability } from './format.ts';

it('writes numbers as people read them', () => {
  expect(integer(1234567)).toBe('1\u2009234\u2009567');
  expect(megabytes(58_800_000)).toBe('59 MB');
  expect(megabytes(2_140_000)).toBe('2.1 MB');
  expect(parameters(11_200_000)).toBe('11.2 M');
  expect(parameters(362_000)).toBe('362 k');
  expect(operations(2_330_000_000)).toBe('2.33 G');
  expect(percent(0.684)).toBe('68\u2009%');
});

it('never calls a possible token impossible', () => {
  expect(probability(0.00002)).toContain('<');
  expect(probability(0.0044)).toBe('0.44\u2009%');
});
