import { expect, it } from 'vitest';
import type { Figures } from '../../../engine/view.ts';
import { shownSpeed } from './shownFigures.ts';

const figures = { tokens: 8, milliseconds: 40, sampled: { tokens: 8, milliseconds: 40 }, tokensPerSecond: 200 } as Figures;
const here = { origin: 'generated', wallMs: 80, count: 8 } as const;

it('has one speed of a run: by the clock for a whole one made here, else by its stages', () => {
  expect(shownSpeed(figures, here, { edited: false })).toBe(100);
  expect(shownSpeed(figures, { ...here, count: 9 }, { edited: false }), 'scrubbed back').toBe(200);
  expect(shownSpeed(figures, { origin: 'recorded', wallMs: null, count: 8 }, { edited: false })).toBe(200);
});

it('has none of tokens that were not decoded', () => {
  expect(shownSpeed({ ...figures, milliseconds: 0, tokensPerSecond: null }, here, { edited: true })).toBeNull();
});
