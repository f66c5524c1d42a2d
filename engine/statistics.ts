/** Medians with spread: a shared machine disturbs some repeats, and means follow the disturbed ones. */

export interface Summary {
  median: number;
  /** First and third quartile. */
  q1: number;
  q3: number;
  /** Median absolute deviation from the median. */
  mad: number;
  n: number;
}

/** Linear interpolation between the two nearest values; `p` from 0 to 1. Throws RangeError on an empty list. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) throw new RangeError('A quantile needs at least one value.');
  const sorted = [...values].sort((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function summary(values: readonly number[]): Summary {
  const middle = median(values);
  return {
    median: middle, q1: quantile(values, 0.25), q3: quantile(values, 0.75),
    mad: median(values.map((value) => Math.abs(value - middle))), n: values.length,
  };
}

/** Summary of a_i / b_i: both of a pair were measured in the same round, so slow minutes cancel. */
export function ratios(a: readonly number[], b: readonly number[]): Summary {
  if (a.length !== b.length) throw new RangeError(`Paired ratios need lists of one length, got ${a.length} and ${b.length}.`);
  return summary(a.map((value, i) => value / b[i]!));
}
