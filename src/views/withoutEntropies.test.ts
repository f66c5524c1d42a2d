import { expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { RunHeader, TokenEvent } from '../../engine/log.ts';
import type { PackState } from '../state/pack.ts';
import { createRun } from '../state/run.ts';
import { tokenText } from './withoutEntropies.ts';
import { recordedOf } from '../state/testing/recordedOf.ts';

const settings = {
  guidance: 2, temperature: 1, topK: 0, topP: 1, entropyThreshold: 5, maxPatchLength: 4, entropyGate: true, lengthGate: true, rowReset: true, staticLength: null,
};
const event = (entropy: number | null, logprob: number | null = Math.log(0.25)) =>
  ({ t: 0, token: 42, entropy, opens: ['full'], logprob }) as unknown as TokenEvent;

function shown(maxPatchLength: number, events: TokenEvent[], kind: 'dpar' | 'gpt' = 'dpar') {
  const run = createRun();
  run.showRecorded(recordedOf({ settings: { ...settings, maxPatchLength }, grid: { width: 2, tokens: 4 } } as RunHeader, events));
  return { run, pack: createStore(() => ({ manifest: { kind } }) as PackState) };
}

test('a token is described by its entropy and why it opens a patch', () => {
  expect(tokenText(event(3), shown(4, [event(3)]))).toBe('3.00\u00a0nats, opens a patch: previous patch full');
  expect(tokenText(event(3), shown(1, [event(3)])), 'one token per patch, and scored all the same').toContain('3.00\u00a0nats');
});

test('a pack without patches opens none', () => {
  expect(tokenText(event(3), shown(1, [event(3)], 'gpt'))).toBe('3.00\u00a0nats');
});

test('where no entropy was computed a token is shown by its code and how likely that was', () => {
  expect(tokenText(event(null), shown(1, [event(null), event(null)]))).toBe('code 42, probability 25.0\u202f%');
  expect(tokenText(event(null, null), shown(1, [event(null, null), event(null)]))).toBe('code 42, probability n/a');
});

test('a first token alone leaves it open, as it never has an entropy', () => {
  expect(tokenText(event(null), shown(1, [event(null)]))).toContain('n/a, opens');
});
