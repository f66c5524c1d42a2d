import { expect, it } from 'vitest';
import { integer, megabytes, operations, parameters, percent, probability } from './format.ts';

it('writes numbers as people read them', () => {
  expect(integer(1234567)).toBe('1\u202f234\u202f567');
  expect(megabytes(58_800_000)).toBe('59\u00a0MB');
  expect(megabytes(2_140_000)).toBe('2.1\u00a0MB');
  expect(megabytes(9_970_000)).toBe('10\u00a0MB');
  expect(megabytes(8_000_000)).toBe('8\u00a0MB');
  expect(parameters(11_200_000)).toBe('11.2\u00a0M');
  expect(parameters(362_000)).toBe('362\u00a0k');
  expect(operations(2_330_000_000)).toBe('2.33\u00a0G');
  expect(percent(0.684)).toBe('68\u202f%');
});

it('never calls a possible token impossible', () => {
  expect(probability(0.00002)).toContain('<');
  expect(probability(0.0044)).toBe('0.44\u202f%');
});
