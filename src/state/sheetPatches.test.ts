import { expect, it } from 'vitest';
import type { TokenEvent } from '../../engine/log.ts';
import { sheetPatches } from './sheetPatches.ts';

const run = (every: number, tokens = 12) => Array.from({ length: tokens }, (_, t) => ({ t, opens: t % every === 0 ? ['entropy'] : [] }) as unknown as TokenEvent);

it('is the mean over runs of T / M, and its range; not of all tokens over all patches', () => {
  expect(sheetPatches([run(1), run(2), run(3)])).toEqual({ mean: 2, low: 1, high: 3 });
  expect(sheetPatches([run(4), []])).toEqual({ mean: 4, low: 4, high: 4 });
  expect(sheetPatches([[]])).toBeNull();
});
