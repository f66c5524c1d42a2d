import type { Manifest, Sweep } from '../../engine/manifest.ts';
import { interpolate } from '../lib/interpolate.ts';

export interface SweepPoint {
  /** E_th in nats, or the static length in tokens. */
  setting: number;
  /** Steps of the patch transformer for an image, mean. */
  steps: number;
  pAvg: number;
  quality: number;
  interval: readonly [low: number, high: number] | null;
}

export interface SweepPoints {
  /** FID-lite of samples where all points have one, else nats a token of held-out pictures. Lower is better for both. */
  measure: 'fid_lite' | 'token_nats';
  /** Samples of a point's FID-lite. */
  samples: number | null;
  /** By steps, fewest first. */
  dynamic: readonly SweepPoint[];
  static: readonly SweepPoint[];
}

/** Quality against steps from a pack's evaluation (paper, Table 6 and Result 5). */
export function sweepPoints(sweep: Sweep): SweepPoints {
  const measure = [...sweep.dynamic, ...(sweep.static ?? [])].every((point) => point.fid_lite !== undefined) ? 'fid_lite' : 'token_nats';
  const pointOf = (entry: Sweep['dynamic'][number] | NonNullable<Sweep['static']>[number]): SweepPoint => {
    const interval = measure === 'fid_lite' ? entry.fid_lite_interval : undefined;
    return {
      setting: 'entropy_threshold' in entry ? entry.entropy_threshold : entry.static_length, steps: entry.steps_mean, pAvg: entry.p_avg,
      quality: entry[measure]!, interval: interval ? [interval[0]!, interval[1]!] : null,
    };
  };
  const sorted = (points: SweepPoint[]) => points.sort((a, b) => a.steps - b.steps);
  const samples = measure === 'fid_lite' ? sweep.dynamic[0]!.n ?? null : null;
  return { measure, samples, dynamic: sorted(sweep.dynamic.map(pointOf)), static: sorted((sweep.static ?? []).map(pointOf)) };
}

/** Held-out pictures that the steps of the sweep are a mean of: all, where they are those of the evaluation; null where the pack does not say. */
export function picturesOf({ evaluation, defaults }: Pick<Manifest, 'evaluation' | 'defaults'>): number | null {
  const own = evaluation.sweep?.dynamic.find(({ entropy_threshold: threshold }) => threshold === defaults.entropyThreshold) ?? evaluation.sweep?.dynamic[0];
  if (own?.held_out !== undefined && own.steps_mean !== evaluation.steps_mean) return own.held_out;
  return typeof evaluation.held_out === 'number' ? evaluation.held_out : null;
}

/** Where a threshold lies on the dynamic line, linear between its points (`measured` is null there); null outside of what was measured. */
export function pointAt(points: readonly SweepPoint[], threshold: number): Pick<SweepPoint, 'steps' | 'quality'> & { measured: SweepPoint | null } | null {
  const byThreshold = [...points].sort((a, b) => a.setting - b.setting);
  const at = (key: 'steps' | 'quality') => interpolate(byThreshold.map((point) => [point.setting, point[key]]), threshold, 'none');
  const [steps, quality] = [at('steps'), at('quality')];
  return steps === null || quality === null ? null : { steps, quality, measured: points.find(({ setting }) => setting === threshold) ?? null };
}
