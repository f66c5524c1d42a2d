import type { Manifest } from '../../engine/manifest.ts';

/** Mean patches of held-out pictures at the pack's E_th: of its evaluation, or else of its curve; null where neither was measured. */
export function measuredPatches({ evaluation, curve, defaults }: Manifest): number | null {
  if (typeof evaluation.steps_mean === 'number') return evaluation.steps_mean;
  const above = curve.findIndex(({ entropyThreshold }) => entropyThreshold >= defaults.entropyThreshold);
  const [high, low] = [curve[above], curve[Math.max(0, above - 1)]];
  if (!high || !low) return null;
  const span = high.entropyThreshold - low.entropyThreshold;
  return high.stepsMean + (span > 0 ? ((high.entropyThreshold - defaults.entropyThreshold) / span) * (low.stepsMean - high.stepsMean) : 0);
}
