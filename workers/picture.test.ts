import { expect, test } from 'vitest';
import { pictureToRgba } from '../engine/picture.ts';
import { maskedPicture, neutralToken, toPicture } from './picture.ts';

test('planes become RGBA, and cells not decoded yet are transparent', () => {
  const planes = new Float32Array(3 * 16).fill(-1);
  planes.fill(1, 0, 16);
  planes[16] = 3;
  const picture = maskedPicture(pictureToRgba(planes), 4, 2, 3);
  const pixel = (x: number, y: number) => [...picture.rgba.slice(4 * (4 * y + x), 4 * (4 * y + x) + 4)];
  expect(pixel(0, 0)).toEqual([255, 255, 0, 255]);
  expect(pixel(3, 1)).toEqual([255, 0, 0, 255]);
  expect(pixel(1, 3)).toEqual([255, 0, 0, 255]);
  expect(pixel(2, 2)).toEqual([0, 0, 0, 0]);
  expect(picture).toMatchObject({ size: 4, cells: 3 });
  expect(toPicture(planes, 4, 2)).toMatchObject({ size: 4, cells: 4 });
});

test('the neutral token is the most frequent one', () => {
  expect(neutralToken([3, 5, 5, 2, 5, 3])).toBe(5);
  expect(neutralToken([])).toBe(0);
});
