import { expect, test } from 'vitest';
import { imageSeed, philox } from './philox.ts';

const hex = (words: number[]) => words.map((w) => w.toString(16).padStart(8, '0')).join(' ');
const F = 0xffffffff;

test('known answers of Philox 4x32-10 (Random123)', () => {
  expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  expect(hex(philox([F, F, F, F], [F, F]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
  expect(hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe('d16cfe09 94fdcceb 5001e420 24126ea1');
});

test('image seeds wrap at 2^32', () => {
  expect(imageSeed(F, 1)).toBe(0);
  expect(imageSeed(7, 2)).toBe(9);
});
