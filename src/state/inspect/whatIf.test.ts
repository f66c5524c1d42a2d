import { beforeEach, expect, test } from 'vitest';
import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import { createRun, type RunStore } from '../run.ts';
import { createWhatIf, type WhatIfStore } from './whatIf.ts';
import { recordedOf } from '../testing/recordedOf.ts';

const settings = {
  guidance: 2, temperature: 1, topK: 0, topP: 1, entropyThreshold: 5, maxPatchLength: 4, entropyGate: true, lengthGate: true, rowReset: true, staticLength: null,
};
const header = { settings, grid: { width: 2, tokens: 4 } } as RunHeader;
const events = [0, 1].map((t) => ({ t, token: t, entropy: t || null, opens: ['first'] })) as unknown as TokenEvent[];
let run: RunStore;
let whatIf: WhatIfStore;
beforeEach(() => {
  run = createRun();
  whatIf = createWhatIf(run);
});

test('there is nothing to redraw before a run has ended', () => {
  whatIf.set('entropyThreshold', 3);
  expect([whatIf.available(), whatIf.getState().rules, whatIf.current()]).toEqual([false, null, null]);
  run.begin(header);
  whatIf.set('entropyThreshold', 3);
  expect(whatIf.getState().rules).toBeNull();
});

test('rules are what-if while they differ from the run\'s, and end with it', () => {
  run.showRecorded(recordedOf(header, events));
  whatIf.set('entropyThreshold', 3);
  expect(whatIf.getState().rules).toMatchObject({ entropyThreshold: 3, maxPatchLength: 4 });
  whatIf.set('entropyThreshold', 5);
  expect(whatIf.getState().rules, 'as decoded again').toBeNull();
  whatIf.set('rowReset', false);
  run.showRecorded(recordedOf(header, events));
  expect(whatIf.getState().rules).toBeNull();
});

test('static patches get a length to be drawn with', () => {
  run.showRecorded(recordedOf(header, events));
  for (const key of ['entropyGate', 'lengthGate', 'rowReset'] as const) whatIf.set(key, false);
  expect(whatIf.current()).toMatchObject({ staticLength: 2 });
});
