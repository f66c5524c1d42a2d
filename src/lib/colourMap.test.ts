import { expect, it } from 'vitest';
import { isMap, mapColour, mapGradient } from './colourMap.ts';

const warm = ([red, , blue]: [number, number, number]) => red > blue;

it('the map around E_th has one hue for what joins and another for what opens', () => {
  const centre = 5.8 / Math.log(1024);
  for (const value of [0, 0.3, 0.7, centre]) expect(warm(mapColour('threshold', value, centre))).toBe(false);
  for (const value of [centre + 1e-6, 0.95, 1, 2]) expect(warm(mapColour('threshold', value, centre))).toBe(true);
});

it('E_th at either end leaves one hue', () => {
  expect(warm(mapColour('threshold', 0.01, 0))).toBe(true);
  expect(warm(mapColour('threshold', 1, 1))).toBe(false);
});

it('every map gets brighter with the entropy, on each side of E_th', () => {
  const light = ([r, g, b]: [number, number, number]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  for (const name of ['viridis', 'cividis', 'grey'] as const) expect(light(mapColour(name, 0.9))).toBeGreaterThan(light(mapColour(name, 0.1)));
  for (const [low, high] of [[0, 0.5], [0.51, 1]] as const) expect(light(mapColour('threshold', high))).toBeGreaterThan(light(mapColour('threshold', low)));
});

it('the gradient of the legend changes hue where E_th stands', () => {
  expect(mapGradient('threshold', 0.8).match(/80\.0%/g)).toHaveLength(2);
  expect(mapGradient('threshold', 1)).not.toContain('#c2570c');
  expect(mapGradient('viridis')).toContain('#440154');
  expect([isMap('threshold'), isMap('grey'), isMap('toString'), isMap(null)]).toEqual([true, true, false, false]);
});
