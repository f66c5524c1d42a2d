import { expect, test } from 'vitest';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { checkSettings } from '../../engine/pack-settings.ts';
import { expectedLength, presetOf, presets, withPreset } from './presets.ts';

const manifest = { ...tinyManifest(), curve: [{ entropyThreshold: 1, pAvg: 1, stepsMean: 16 }, { entropyThreshold: 3, pAvg: 2, stepsMean: 8 }] };
const mine = { ...manifest.defaults, guidance: 3, topK: 5, entropyThreshold: 2 };

test('the mean length of dynamic patches is read from the curve', () => {
  expect([0, 1, 2, 3, 9].map((threshold) => expectedLength(manifest.curve, threshold))).toEqual([1, 1, 1.5, 2, 2]);
  expect(expectedLength([], 2)).toBeNull();
});

test.each(presets)('%s changes the patching only, can be generated with, and is recognised', (preset) => {
  const values = withPreset(preset, mine, manifest);
  expect(values).toMatchObject({ guidance: 3, topK: 5, temperature: mine.temperature });
  expect(presetOf(values)).toBe(preset);
  expect(() => checkSettings(manifest, values)).not.toThrow();
});

test('dynamic is the pack\'s own patching, static has its mean, token by token has P_max 1', () => {
  expect(withPreset('dynamic', { ...mine, rowReset: false }, manifest)).toEqual({ ...manifest.defaults, guidance: 3, topK: 5 });
  const mean = expectedLength(manifest.curve, manifest.defaults.entropyThreshold)!;
  expect(withPreset('static', mine, manifest)).toMatchObject({ entropyGate: false, lengthGate: false, rowReset: false, staticLength: Math.round(mean * 100) / 100 });
  expect(withPreset('static', mine, { ...manifest, curve: [] }).staticLength).toBe(manifest.defaults.maxPatchLength);
  expect(withPreset('token', withPreset('static', mine, manifest), manifest)).toMatchObject({ maxPatchLength: 1, lengthGate: true, staticLength: null });
});
