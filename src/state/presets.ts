import type { Manifest } from '../../engine/manifest.ts';
import { isStatic, isTokenByToken, staticPatches, type Settings } from '../../engine/settings.ts';
import { rulesOf } from '../../engine/whatif.ts';
import { interpolate } from '../lib/interpolate.ts';

/** Ways to cut an image into patches; everything else about a run stays as it is set. */
export const presets = ['dynamic', 'static', 'token'] as const;
export type Preset = (typeof presets)[number];

/** Mean patch length that held-out pictures have at a threshold, from the pack's curve (linear in between). */
export function expectedLength(curve: Manifest['curve'], threshold: number): number | null {
  const points = curve.map(({ entropyThreshold, pAvg }) => [entropyThreshold, pAvg] as const).sort(([a], [b]) => a - b);
  return interpolate(points, threshold, 'held');
}

/** The settings with another way of patching. Static patches get the mean length of the pack's dynamic ones. */
export function withPreset(preset: Preset, values: Settings, manifest: Pick<Manifest, 'defaults' | 'curve'>): Settings {
  const { defaults, curve } = manifest;
  const dynamic = { ...values, ...rulesOf(defaults) };
  if (preset === 'dynamic') return dynamic;
  if (preset === 'token') return { ...dynamic, lengthGate: true, maxPatchLength: 1, staticLength: null };
  const length = expectedLength(curve, defaults.entropyThreshold) ?? defaults.maxPatchLength;
  return { ...dynamic, ...staticPatches(length) };
}

export function presetOf(values: Settings): Preset {
  if (isStatic(values)) return 'static';
  return isTokenByToken(values) ? 'token' : 'dynamic';
}
