import { expect, test } from 'vitest';
import type { RunHeader } from '../../../engine/log.ts';
import { english } from '../../../engine/phrase.ts';
import { tinyGptManifest, tinyManifest } from '../../../engine/testing/manifest.ts';
import { rulesOf } from '../../../engine/whatif.ts';
import { refusal, settingsUnder } from './underRules.ts';

const m = tinyManifest();
const header = { settings: { ...m.defaults, guidance: 3 } } as RunHeader;
const rules = { ...rulesOf(m.defaults), maxPatchLength: 2 };

test('a run keeps its own settings under other rules, a picture takes those of the page', () => {
  const page = { ...m.defaults, guidance: 5 };
  expect(settingsUnder(rules, { header, origin: 'recorded' }, page)).toEqual({ ...m.defaults, guidance: 3, maxPatchLength: 2 });
  expect(settingsUnder(rules, { header, origin: 'given' }, page)).toEqual({ ...m.defaults, guidance: 5, maxPatchLength: 2 });
  expect(settingsUnder(rules, { header, origin: 'given' }, null)).toBeNull();
  expect(settingsUnder(rules, { header: null, origin: 'recorded' }, page)).toBeNull();
});

test('a pack says why it cannot generate with settings', () => {
  expect(refusal(m, { ...m.defaults, ...rules })).toBeNull();
  expect(english(refusal(m, { ...m.defaults, lengthGate: false, rowReset: false })!.message)).toContain('patches of 16 tokens; this pack generates with patches of at most 4');
  const gpt = tinyGptManifest();
  expect(english(refusal(gpt, { ...gpt.defaults, ...rules })!.message)).toContain('P_max is fixed at 1');
});
