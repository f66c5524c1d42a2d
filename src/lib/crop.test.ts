import fc from 'fast-check';
import { expect, test } from 'vitest';
import { centreCrop, clampCrop, zoomCrop } from './crop.ts';

const extent = fc.record({ width: fc.integer({ min: 1, max: 5000 }), height: fc.integer({ min: 1, max: 5000 }) });
const crop = fc.record({ x: fc.integer({ min: -9000, max: 9000 }), y: fc.integer({ min: -9000, max: 9000 }), size: fc.integer({ min: 0, max: 9000 }) });

test('a crop is always a square within the picture', () => {
  fc.assert(fc.property(extent, crop, (whole, wanted) => {
    for (const got of [centreCrop(whole), clampCrop(wanted, whole, 64), zoomCrop(clampCrop(wanted, whole), wanted.size, whole, 64)]) {
      expect(got.size).toBeGreaterThan(0);
      expect(Math.min(got.x, got.y)).toBeGreaterThanOrEqual(0);
      expect(got.x + got.size).toBeLessThanOrEqual(whole.width);
      expect(got.y + got.size).toBeLessThanOrEqual(whole.height);
    }
  }));
});

test('the middle of a wide picture, and a zoom that keeps the middle', () => {
  expect(centreCrop({ width: 300, height: 100 })).toEqual({ x: 100, y: 0, size: 100 });
  expect(zoomCrop({ x: 100, y: 0, size: 100 }, 50, { width: 300, height: 100 })).toEqual({ x: 125, y: 25, size: 50 });
});
