import type { Manifest } from '../../engine/manifest.ts';
import { interpolate } from './interpolate.ts';

/** A figure of the pack's curve at E_th, linear between its points; null outside of them. */
export function curveAt(curve: Manifest['curve'], threshold: number, figure: 'pAvg' | 'stepsMean'): number | null {
  return interpolate(curve.map((point) => [point.entropyThreshold, point[figure]]), threshold, 'none');
}
