import { expect, it } from 'vitest';
import type { TokenEvent } from '../../../engine/log.ts';
import { partsOf } from './parts.ts';

const event = (t: number, more: Partial<TokenEvent>): TokenEvent => ({
  t, token: 7, entropy: 5, opens: [], source: 'sampled', patch: 1, logprob: Math.log(0.25), classLogprob: null, alternatives: [], times: { encoder: 1, decoder: 2 }, ...more,
} as TokenEvent);
const events = [
  event(0, { entropy: null, opens: ['first'], patch: 0, times: { patchTransformer: 3, decoder: 2, encoder: 1, entropy: 0.5 } }),
  event(1, { entropy: 6.2, opens: ['second', 'entropy'], times: { patchTransformer: 3, decoder: 2, encoder: 1, entropy: 0.7 } }),
  event(2, { entropy: 2.25, times: { decoder: 2 } }),
];
const part = (at: number, name: string) => partsOf(events, at, 5.8, 3).find((one) => one.name === name)!;

it('the big transformer runs where a patch opens and is skipped where a token joins', () => {
  expect([0, 1, 2].map((at) => part(at, 'patch').ran)).toEqual([true, true, false]);
  expect(part(1, 'patch')).toMatchObject({ short: 'step 2', detail: expect.stringContaining('3.00\u00a0ms') });
  expect(part(2, 'patch').detail).toContain('did not run');
});

it('an entropy was computed, and timed, with the token before', () => {
  expect(part(0, 'entropy')).toMatchObject({ ran: false, short: 'n/a' });
  expect(part(2, 'entropy')).toMatchObject({ ran: true, short: '2.25\u00a0nats', detail: expect.stringContaining('0.70\u00a0ms') });
});

it('the gate gives its reason, and the threshold where it is on', () => {
  expect(part(1, 'gate').detail).toBe('It opened a patch here: second token; also above E_th.');
  expect(part(2, 'gate').detail).toContain('2.25\u00a0nats is at most 5.80');
  expect(partsOf(events, 2, null, 3)[1]!.detail).toBe('It let this token join the open patch.');
});

it('the last token is not read by the encoder, all others are', () => expect([0, 1, 2].map((at) => part(at, 'encoder').ran)).toEqual([true, true, false]));

it('the time of a pass that settled several tokens is no token\'s', () => {
  const several = events.map((one, t) => ({ ...one, pass: t < 2 ? 1 : 2 }));
  const details = several.map((_, at) => partsOf(several, at, 5.8, 3).find(({ name }) => name === 'decoder')!.detail);
  expect(details.map((detail) => detail.includes('It took'))).toEqual([false, false, true]);
});

it('tokens are counted from 1, as under the strip', () => {
  expect(part(1, 'decoder').detail).toContain('predicted token 2 ');
  expect(part(1, 'entropy').detail).toContain('Before token 2 existed');
});

it('a given token says so', () => expect(partsOf([event(0, { source: 'given' })], 0, null, 3).find(({ name }) => name === 'token')!.detail).toContain('given'));
