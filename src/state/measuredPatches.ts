import type { Manifest } from '../../engine/manifest.ts';
import { curveAt } from '../lib/curveAt.ts';

/** Mean patches of held-out pictures at the pack's E_th: of its evaluation, or else of its curve; null where neither was measured. */
export const measuredPatches = ({ evaluation, curve, defaults }: Manifest): number | null =>
  (typeof evaluation.steps_mean === 'number' ? evaluation.steps_mean : curveAt(curve, defaults.entropyThreshold, 'stepsMean'));
