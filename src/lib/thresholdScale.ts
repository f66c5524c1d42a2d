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

/**
 * E_th scaled by what it does: equal distances on the slider skip equally many steps of the patch transformer on the pack's
 * held-out pictures. `curve` is the pack's, `tokens` an image's, `top` the largest E_th in nats. Null where a pack has no curve.
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
  points.push([top, most * (1 + 1 / 30)]);
  const all = points.at(-1)![1];
  return {
    place: (value) => along(points, 0, 1, value) / all,
    value: (place) => Math.round(along(points, 1, 0, place * all) * 100) / 100,
  };
}

/** Linear between points that grow in both columns; held at both ends. */
function along(points: readonly [number, number][], from: 0 | 1, to: 0 | 1, at: number): number {
  const after = points.findIndex((point) => point[from] >= at);
  if (after === 0) return points[0]![to];
  if (after < 0) return points.at(-1)![to];
  const [left, right] = [points[after - 1]!, points[after]!];
  return left[to] + ((right[to] - left[to]) * (at - left[from])) / (right[from] - left[from]);
}
