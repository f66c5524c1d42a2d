import { interpolate } from './interpolate.ts';

/** A scale for sliders: between a value and its place from 0 to 1. Both ways are monotonic. */
export interface Scale {
  place: (value: number) => number;
  /** Rounded to hundredths. */
  value: (place: number) => number;
}

interface CurvePoint {
  entropyThreshold: number;
  stepsMean: number;
}

/** Where E_th's sliders end: at ln V, the entropy of a uniform guess, or a little above. */
export const highestThreshold = (vocab: number): number => Math.ceil(Math.log(vocab) * 20) / 20;

/**
 * E_th scaled by what it does: equal distances on the slider skip equally many steps of the patch transformer on the pack's
 * held-out pictures. `curve` is the pack's, `tokens` an image's, `top` the largest E_th in nats. Null where a pack has no curve, or one of no step that is skipped.
 */
export function thresholdScale(curve: readonly CurvePoint[], tokens: number, top: number): Scale | null {
  if (curve.length < 2) return null;
  const points: [threshold: number, skipped: number][] = [[0, 0]];
  for (const { entropyThreshold, stepsMean } of curve) {
    const [threshold, skipped] = points.at(-1)!;
    const next = tokens - stepsMean;
    if (entropyThreshold > threshold && entropyThreshold < top && next > skipped) points.push([entropyThreshold, next]);
  }
  // What lies above the curve changes little: a thirtieth of the travel is enough for it.
  const most = points.at(-1)![1];
  if (most === 0) return null;
  points.push([top, most * (1 + 1 / 30)]);
  const all = points.at(-1)![1];
  const bySkipped = points.map(([threshold, skipped]) => [skipped, threshold] as const);
  return {
    place: (value) => interpolate(points, value, 'held')! / all,
    value: (place) => Math.round(interpolate(bySkipped, place * all, 'held')! * 100) / 100,
  };
}
