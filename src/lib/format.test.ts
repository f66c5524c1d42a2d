import { expect, it } from 'vitest';
import { chance, integer, megabytes, milliseconds, operations, parameters, percent, probability, percentDone } from './format.ts';

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

it('gives times three digits, in seconds from one on', () => {
  expect([0.6312, 9.996, 42.38, 99.96, 117.8, 999.4, 999.6, 1049].map((ms) => milliseconds(ms).replace('\u00a0', ' '))).toEqual(['0.63 ms', '10.0 ms', '42.4 ms', '100 ms', '118 ms', '999 ms', '1.00 s', '1.05 s']);
});

it('says 100 % of all only, and 0 % of nothing only', () => {
  expect([0, 1 / 576, 0.004, 0.006, 255 / 256, 1 - 1e-12, 1, 1.002].map((share) => percent(share).replace(/\s/g, ''))).toEqual(['0%', '<1%', '<1%', '1%', '>99%', '100%', '100%', '100%']);
  expect([0.0004, 0.0006, 0.9994, 0.9996, 1].map((share) => percent(share, 1).replace(/\s/g, ''))).toEqual(['<0.1%', '0.1%', '99.9%', '>99.9%', '100.0%']);
  expect([0.001, 0.999].map(percentDone)).toEqual(['0\u202f%', '100\u202f%']);
});

it('says how likely a token was by its log-probability', () => {
  expect([Math.log(0.25), null].map(chance)).toEqual(['25.0\u202f%', 'n/a']);
});

it('never calls a possible token impossible, or a likely one certain', () => {
  expect(probability(0.00002)).toBe('<\u00a00.01\u202f%');
  expect(probability(0.9996)).toBe('>\u00a099.9\u202f%');
  expect(probability(1)).toBe('100.0\u202f%');
  expect(probability(0.0044)).toBe('0.44\u202f%');
});
