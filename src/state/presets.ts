import type { Manifest } from '../../engine/manifest.ts';
import { isStatic, isTokenByToken, staticPatches, type Settings } from '../../engine/settings.ts';

/** Ways to cut an image into patches; everything else about a run stays as it is set. */
export const presets = ['dynamic', 'static', 'token'] as const;
export type Preset = (typeof presets)[number];

const PATCHING = ['entropyThreshold', 'maxPatchLength', 'entropyGate', 'lengthGate', 'rowReset', 'staticLength'] as const;

/** Mean patch length that held-out pictures have at a threshold, from the pack's curve (linear in between). */
export function expectedLength(curve: Manifest['curve'], threshold: number): number | null {
  const points = [...curve].sort((a, b) => a.entropyThreshold - b.entropyThreshold);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  if (threshold <= first.entropyThreshold) return first.pAvg;
  const right = points.findIndex((point) => point.entropyThreshold >= threshold);
  if (right < 0) return last.pAvg;
  const [a, b] = [points[right - 1]!, points[right]!];
  const share = (threshold - a.entropyThreshold) / (b.entropyThreshold - a.entropyThreshold);
  return a.pAvg + share * (b.pAvg - a.pAvg);
}

/** The settings with another way of patching. Static patches get the mean length of the pack's dynamic ones. */
export function withPreset(preset: Preset, values: Settings, manifest: Pick<Manifest, 'defaults' | 'curve'>): Settings {
  const { defaults, curve } = manifest;
  const dynamic = { ...values, ...Object.fromEntries(PATCHING.map((key) => [key, defaults[key]])) } as Settings;
  if (preset === 'dynamic') return dynamic;
  if (preset === 'token') return { ...dynamic, lengthGate: true, maxPatchLength: 1, staticLength: null };
  const length = expectedLength(curve, defaults.entropyThreshold) ?? defaults.maxPatchLength;
  return { ...dynamic, ...staticPatches(length) };
}

export function presetOf(values: Settings): Preset {
  if (isStatic(values)) return 'static';
  return isTokenByToken(values) ? 'token' : 'dynamic';
}
