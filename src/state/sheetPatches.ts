import { startsOf, type TokenEvent } from '../../engine/log.ts';

/** Mean patch length in tokens of several whole runs: its mean over the runs, as the paper's P_avg, and its range. Null for none. */
export function sheetPatches(runs: readonly (readonly TokenEvent[])[]): { mean: number; low: number; high: number } | null {
  const lengths = runs.filter((events) => events.length > 0).map((events) => events.length / startsOf(events).length);
  if (lengths.length === 0) return null;
  return { mean: lengths.reduce((sum, length) => sum + length, 0) / lengths.length, low: Math.min(...lengths), high: Math.max(...lengths) };
}
