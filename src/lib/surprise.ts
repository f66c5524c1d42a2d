import type { TokenEvent } from '../../engine/log.ts';

/** Fewer tokens than this say nothing of a bin. */
const FEWEST = 5;

export interface Surprises {
  /** Of each token that has both: [entropy, surprise], nats, by entropy. */
  points: [number, number][];
  /** Mean surprise by entropy: the middle of each bin of a nat, and the mean of its tokens. */
  means: [number, number][];
  entropy: number;
  surprise: number;
  /** Pearson's; null where either never changes. */
  correlation: number | null;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * What the entropy model expected of each token against what the model that drew it met: the surprise is -ln p of the token,
 * with the class, before guidance, temperature and filters. Null where fewer than two tokens have both.
 */
export function surprisesOf(events: readonly Pick<TokenEvent, 'entropy' | 'classLogprob'>[]): Surprises | null {
  const points = events.flatMap(({ entropy, classLogprob }): [number, number][] => (entropy === null || classLogprob === null ? [] : [[entropy, Math.max(0, -classLogprob)]])).sort((a, b) => a[0] - b[0]);
  if (points.length < 2) return null;
  const [entropies, surprises] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [entropy, surprise] = [mean(entropies), mean(surprises)];
  const together = (a: readonly number[], ofA: number, b: readonly number[], ofB: number) => a.reduce((sum, value, i) => sum + (value - ofA) * (b[i]! - ofB), 0);
  const spread = Math.sqrt(together(entropies, entropy, entropies, entropy) * together(surprises, surprise, surprises, surprise));
  const bins = new Map<number, number[]>();
  for (const [x, y] of points) bins.set(Math.floor(x), [...(bins.get(Math.floor(x)) ?? []), y]);
  return {
    points, entropy, surprise, correlation: spread > 0 ? together(entropies, entropy, surprises, surprise) / spread : null,
    means: [...bins].filter(([, own]) => own.length >= FEWEST).map(([bin, own]) => [bin + 0.5, mean(own)]),
  };
}
