import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../engine/manifest.ts';
import { keySteps, stepped, type Track } from './sliderKeys.ts';
import { highestThreshold, thresholdScale } from './thresholdScale.ts';

const MODELS = new URL('../../public/models/', import.meta.url);
const packs = readdirSync(MODELS, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  .map(({ name }) => [name, JSON.parse(readFileSync(new URL(`${name}/manifest.json`, MODELS), 'utf8')) as Manifest] as const);

describe.each(packs)('E_th of %s', (_, { curve, grid, vocab, defaults }) => {
  const max = highestThreshold(vocab);
  const track: Track = { min: 0, max, step: 0.01, scale: thresholdScale(curve, grid.tokens, max) };

  it.each([1, -1, 10, -10])('goes from the default to the end by %i', (steps) => {
    const end = steps > 0 ? max : 0;
    let [value, presses] = [defaults.entropyThreshold, 0];
    for (; value !== end; presses++) {
      const next = stepped(value, steps, track);
      expect(Math.sign(next - value)).toBe(Math.sign(steps));
      value = next;
    }
    expect(presses).toBeLessThan(2 * 200 / Math.abs(steps));
    expect(stepped(end, steps, track)).toBe(end);
  });

  it('moves off both ends, and more by ten steps than by one', () => {
    for (let value = 0; value < max; value = stepped(value, 1, track)) {
      const one = stepped(value, 1, track);
      if (one < max) expect(stepped(value, 10, track)).toBeGreaterThan(one);
    }
    for (let value = max; value > 0; value = stepped(value, -1, track)) {
      const one = stepped(value, -1, track);
      if (one > 0) expect(stepped(value, -10, track)).toBeLessThan(one);
    }
  });
});

it('without a scale a value off the grid goes on to it, and by ten steps past it', () => {
  const track = { min: 0, max: 8, step: 0.1 };
  expect([1, -1, 10, -10].map((steps) => stepped(2.55, steps, track))).toEqual([2.6, 2.5, 3.5, 1.6]);
  expect([1, -1, 10, -10].map((steps) => stepped(2.6, steps, track))).toEqual([2.7, 2.5, 3.6, 1.6]);
  expect([stepped(7.9, 10, track), stepped(0.05, -1, track)]).toEqual([8, 0]);
});

it('reads keys as sliders do', () => {
  expect(['ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'a'].map((key) => keySteps(key, false))).toEqual([1, 1, -1, -1, 10, -10, 0, 0]);
  expect([keySteps('ArrowRight', true), keySteps('ArrowDown', true), keySteps('PageUp', true)]).toEqual([10, -10, 10]);
});
