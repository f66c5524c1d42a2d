import { expect, it } from 'vitest';
import type { RunHeader } from '../../../engine/log.ts';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import type { Settings } from '../../../engine/settings.ts';
import { historyText, madeText } from './optionText.ts';

const manifest = tinyManifest();
const packs = [{ name: manifest.name, manifest }, { name: 'beside', manifest: { ...manifest, title: 'Beside' } }];
const header = (settings: Partial<Settings> = {}, more: Partial<RunHeader> = {}): RunHeader => ({
  pack: { name: manifest.name, hash: '' }, variant: 'fp32', backend: 'wasm', class: 2, className: 'River', seed: 42, settings: { ...manifest.defaults, ...settings }, grid: manifest.grid, ...more,
});
const kept = (settings?: Partial<Settings>, more?: Partial<RunHeader>) => historyText({ header: header(settings, more), patches: 8, tokens: 16 }, packs);

it('a run of the history says what sets it apart from others of its class and seed', () => {
  expect(kept()).toBe('River, seed 42, 8 steps for 16 tokens');
  expect(kept({ entropyThreshold: 4.2, guidance: 2.5 })).toBe('River, seed 42, 8 steps for 16 tokens, Guidance 2.5, E_th 4.20');
  expect(kept({}, { given: [1, 2, 3] })).toBe('River, seed 42, 8 steps for 16 tokens, from token 3');
  expect(kept({ topK: 5 }, { pack: { name: 'beside', hash: '' } })).toBe('River, seed 42, 8 steps for 16 tokens, Top-k 5, Beside');
  expect(kept({ topK: 5 }, { pack: { name: 'unknown', hash: '' } }), 'of a pack whose defaults are not known').toBe('River, seed 42, 8 steps for 16 tokens, unknown');
});

it('a run made here names its way to patches once, and what else was set', () => {
  expect(madeText(header(), packs)).toBe(`River, seed 42, E_th ${manifest.defaults.entropyThreshold}`);
  expect(madeText(header({ entropyThreshold: 4.2, rowReset: false }), packs)).toBe('River, seed 42, E_th 4.2, Row reset off');
  expect(madeText(header({ maxPatchLength: 1, against: 2 }), packs)).toBe('River, seed 42, one token per patch, Less like River');
  expect(madeText(header({ entropyGate: false, lengthGate: false, rowReset: false, staticLength: 3.5 }), packs)).toBe('River, seed 42, static 3.5');
  expect(madeText(header({ entropyGate: false, staticLength: 3.5 }, { given: [1] }), packs), 'another gate is on').toBe('River, seed 42, from token 1, Entropy gate off, Static patch length 3.5');
});
