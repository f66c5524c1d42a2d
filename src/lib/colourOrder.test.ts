import { expect, test } from 'vitest';
import { colourOrder, meanColours } from './colourOrder.ts';

test('mean colours of tiles, whatever row of the sheet they stand in', () => {
  // Two columns of tiles of 2 x 2 pixels, three tiles; the second is half black, half (200, 100, 50).
  const tiles = [() => [10, 20, 30], (x: number) => (x === 0 ? [0, 0, 0] : [200, 100, 50]), () => [7, 8, 9]];
  const rgba = new Uint8ClampedArray(4 * 4 * 4);
  for (const [i, tile] of tiles.entries()) {
    for (let y = 0; y < 2; y++) for (let x = 0; x < 2; x++) rgba.set([...tile(x), 255], 4 * ((Math.floor(i / 2) * 2 + y) * 4 + (i % 2) * 2 + x));
  }
  expect(meanColours(rgba, 2, 2, 3)).toEqual([[10, 20, 30], [100, 50, 25], [7, 8, 9]]);
});

test('hues stand in columns, light above dark, and every code is there once', () => {
  const dark = { red: [120, 0, 0], green: [0, 110, 0], blue: [0, 0, 120] };
  const light = { red: [255, 120, 120], green: [120, 255, 120], blue: [130, 130, 255] };
  const colours = [dark.blue, light.green, dark.red, light.blue, dark.green, light.red];
  // OKLab's hues: blue below zero, then red, then green.
  expect(colourOrder(colours, 3)).toEqual([3, 5, 1, 0, 2, 4]);
});

test('a last row that is not full loses no code', () => {
  const colours = Array.from({ length: 11 }, (_, i) => [(i * 83) % 256, (i * 151) % 256, (i * 29) % 256]);
  const order = colourOrder(colours, 4);
  expect([...order].sort((a, b) => a - b)).toEqual(colours.map((_, i) => i));
  expect(order).toHaveLength(11);
});
