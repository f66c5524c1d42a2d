import { expect, it } from 'vitest';
import { meanDifference, pixelDifference, sharedBoundaries, tokenDifference } from './difference.ts';
import type { TokenEvent } from '../../../engine/log.ts';

const run = (tokens: number[], starts: number[]): TokenEvent[] => tokens.map((token, t) => ({
  t, token, entropy: t ? 1 : null, opens: starts.includes(t) ? [t ? 'entropy' : 'first'] : [], source: 'sampled', patch: 0, logprob: null, classLogprob: null, alternatives: [], times: {},
}));

it('finds which tokens differ, as far as both runs go and are shown', () => {
  const [a, b] = [run([1, 2, 3, 4], [0, 2]), run([1, 2, 9], [0, 1])];
  expect(tokenDifference(a, b, 99)).toEqual({ same: [true, true, false], equal: 2, first: 2 });
  expect(tokenDifference(a, b, 2)).toEqual({ same: [true, true], equal: 2, first: null });
  expect(tokenDifference(a, [], 4)).toEqual({ same: [], equal: 0, first: null });
  expect(sharedBoundaries(a, b, 99)).toEqual({ both: 1, either: 3 });
});

it('measures pixels, only those of cells that both have', () => {
  const a = new Uint8ClampedArray(4 * 16).fill(10);
  const b = a.slice();
  b.set([40, 10, 10, 255], 0); // the top left pixel: 10 on average
  b.set([255, 255, 255, 255], 4 * 15); // the bottom right one
  const difference = pixelDifference(a, b);
  expect([difference[0], difference[1], difference[15]]).toEqual([10, 0, 245]);
  expect(meanDifference(difference, 4, 2, 1)).toBe(2.5);
  expect(meanDifference(difference, 4, 2, 3)).toBeCloseTo(10 / 12);
  expect(meanDifference(difference, 4, 2, 0)).toBeNull();
  expect(() => pixelDifference(a, b.slice(4))).toThrow('16 and 15 pixels');
});
