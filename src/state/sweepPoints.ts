import type { Sweep } from '../../engine/manifest.ts';

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
  return { measure, dynamic: sorted(sweep.dynamic.map(pointOf)), static: sorted((sweep.static ?? []).map(pointOf)) };
}

/** Where a threshold lies on the dynamic line, linear between its points; null outside of what was measured. */
export function pointAt(points: readonly SweepPoint[], threshold: number): Pick<SweepPoint, 'steps' | 'quality'> | null {
  const byThreshold = [...points].sort((a, b) => a.setting - b.setting);
  const exact = byThreshold.find(({ setting }) => setting === threshold);
  if (exact) return exact;
  const right = byThreshold.findIndex(({ setting }) => setting > threshold);
  if (right <= 0) return null;
  const [a, b] = [byThreshold[right - 1]!, byThreshold[right]!];
  const share = (threshold - a.setting) / (b.setting - a.setting);
  const between = (key: 'steps' | 'quality') => a[key] + share * (b[key] - a[key]);
  return { steps: between('steps'), quality: between('quality') };
}
