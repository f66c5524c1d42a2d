import type { Manifest } from '../../engine/manifest.ts';

/** A figure of the pack's curve at E_th, linear between its points; null outside of them. */
export function curveAt(curve: Manifest['curve'], threshold: number, figure: 'pAvg' | 'stepsMean'): number | null {
  const after = curve.findIndex((point) => point.entropyThreshold >= threshold);
  if (after < 0) return null;
  const right = curve[after]!;
  const left = curve[after - 1];
  if (!left) return right.entropyThreshold === threshold ? right[figure] : null;
  return left[figure] + ((right[figure] - left[figure]) * (threshold - left.entropyThreshold)) / (right.entropyThreshold - left.entropyThreshold);
}
