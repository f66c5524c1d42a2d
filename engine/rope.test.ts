import { expect, test } from 'vitest';
import { classSlotAngles, dynamicRope, dynamicRopeAngles } from './rope.ts';

test('[r w | s a | e a | e a | s a]', () => {
  // Row 2, columns 3 to 5 of a grid of 16 columns; head dim 32: 8 row angles, 4 x 2 column angles.
  const angles = dynamicRopeAngles({ start: 35, end: 37 }, 16, 32);
  const w = (i: number) => 10000 ** ((-4 * i) / 32);
  const a = [1, 10000 ** (-16 / 32)];
  const want = [...Array.from({ length: 8 }, (_, i) => 2 * w(i)), ...[3, 5, 5, 3].flatMap((c) => a.map((f) => c * f))];
  expect([...angles]).toEqual(want);
  const { cos, sin } = dynamicRope({ start: 35, end: 37 }, 16, 32);
  expect(cos[9]).toBeCloseTo(Math.cos(0.03), 6);
  expect(sin).toHaveLength(16);
});

test('a patch over a row end keeps the row and column of its first token', () => {
  const angles = dynamicRopeAngles({ start: 15, end: 17 }, 16, 16);
  expect([...angles.slice(0, 1), ...angles.slice(4)]).toEqual([0, 15, 1, 1, 15]);
});

test('the class slot is zero', () => {
  expect(classSlotAngles(32)).toEqual({ cos: new Float32Array(16), sin: new Float32Array(16) });
});
