import { expect, test } from 'vitest';
import type { RunHeader, TokenEvent } from '../../engine/log.ts';
import type { PackState } from '../state/pack.ts';
import type { RunPhase } from '../state/run.ts';
import { sharing } from './sharedPasses.ts';

const passes = (...of: number[]) => of.map((pass, t) => ({ t, pass })) as TokenEvent[];
const run = (phase: RunPhase, events: TokenEvent[], window?: number) => ({ phase, events, header: { settings: { window } } as RunHeader });
const chosen = (window: number) => ({ passes: { window, trials: [] } }) as unknown as PackState['report'];

test('a run whose passes will settle several tokens says so before one has', () => {
  expect(sharing(run('running', []), chosen(8))).toBe(true);
  expect(sharing(run('running', passes(1, 2)), chosen(8))).toBe(true);
  expect(sharing(run('running', [], 4), chosen(1)), 'asked for').toBe(true);
});

test('one token a pass: asked for, or as fast as any', () => {
  expect(sharing(run('running', [], 1), chosen(8))).toBe(false);
  expect(sharing(run('running', []), chosen(1))).toBe(false);
  expect(sharing(run('running', []), null)).toBe(false);
});

test('of a run that has ended its passes tell', () => {
  expect(sharing(run('complete', passes(1, 2, 2)), chosen(1))).toBe(true);
  expect(sharing(run('complete', passes(1, 2, 3)), chosen(8))).toBe(false);
});
