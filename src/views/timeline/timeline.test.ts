import { expect, it } from 'vitest';
import type { TokenEvent } from '../../../engine/log.ts';
import { callsOf, isCut, outsideMs, rowStart, scaleTop, stacked, tokenAt, tokenMs } from './timeline.ts';

const event = (t: number, times: TokenEvent['times']): TokenEvent => ({
  t, token: 0, entropy: null, opens: times.patchTransformer ? ['first'] : [], source: 'sampled', patch: 0, logprob: null, classLogprob: null, alternatives: [], times,
});
const events = [event(0, { entropy: 1, encoder: 2, patchTransformer: 6, decoder: 3 }), event(1, { decoder: 3, encoder: 2, entropy: 1, sampling: 2 })];

it('lays the calls out in the order in which a step makes them', () => {
  expect(callsOf(events, 0, 2).map(({ token, stage, start, ms }) => `${token} ${stage} ${start}+${ms}`)).toEqual([
    '0 patchTransformer 0+6', '0 decoder 6+3', '0 encoder 9+2', '0 entropy 11+1', '1 decoder 12+3', '1 sampling 15+2', '1 encoder 17+2', '1 entropy 19+1',
  ]);
  expect(callsOf(events, 1, 9)[0]).toMatchObject({ token: 1, start: 0 });
  expect(callsOf(events, -4, 0)).toEqual([]);
});

it('scales to the usual token, not to the slowest', () => {
  const many = Array.from({ length: 100 }, (_, t) => event(t, { decoder: t === 0 ? 500 : 4 }));
  expect(scaleTop(many)).toBe(5);
  expect([isCut(many), isCut(many.slice(1)), isCut([])]).toEqual([true, false, false]);
  expect(scaleTop([])).toBe(1);
  expect(tokenMs(events[0]!)).toBe(12);
  expect([rowStart(0, 16), rowStart(37, 16), rowStart(-1, 16)]).toEqual([0, 32, 0]);
});

it('knows what a whole run took beyond its stages, by the clock', () => {
  expect([outsideMs(30, 20, true), outsideMs(30, 20, false), outsideMs(null, 20, true), outsideMs(19, 20, true)]).toEqual([10, 0, 0, 0]);
});

it('stacks the stages of each token, with nothing where none was decoded', () => {
  expect(stacked(events, 3, ['patchTransformer', 'decoder', 'encoder'])).toEqual([[0, 1, 2], [6, 0, null], [9, 3, null], [11, 5, null]]);
  expect(stacked(events, 1, ['decoder'])).toEqual([[0], [3]]);
});

it('finds the token under a place of the plot, its ends included', () => {
  expect([tokenAt(-5, 100, 256), tokenAt(0, 100, 256), tokenAt(50, 100, 256), tokenAt(400, 100, 256)]).toEqual([1, 1, 129, 256]);
});
