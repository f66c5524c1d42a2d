/** What a run's boundaries would be under other rules: from stored entropies, without the model. */
import type { TokenEvent } from './log.ts';
import { patchify, type Patches, type Rules } from './patchify.ts';
import { isStatic } from './settings.ts';

export const rulesKeys = ['entropyThreshold', 'maxPatchLength', 'entropyGate', 'lengthGate', 'rowReset', 'staticLength'] as const satisfies readonly (keyof Rules)[];

/** Only the rules of a run's settings. */
export const rulesOf = (settings: Rules): Rules => Object.fromEntries(rulesKeys.map((key) => [key, settings[key]])) as unknown as Rules;

export const sameRules = (a: Rules, b: Rules): boolean => rulesKeys.every((key) => a[key] === b[key]);

/** The same rules but for E_th. The static length decides nothing where a gate is on. */
export const sameButThreshold = (a: Rules, b: Rules): boolean => sameRules({ ...a, entropyThreshold: b.entropyThreshold, staticLength: isStatic(a) ? a.staticLength : b.staticLength }, b);

/** False where the entropy model did not run (token by token): a threshold then has nothing to act on. */
export const hasEntropies = (events: readonly TokenEvent[]): boolean => events.some((event) => event.entropy !== null);

/** The same tokens with the boundaries that `rules` would draw; times stay those of the run that was decoded. */
export function repatch(events: readonly TokenEvent[], rules: Rules, width: number): TokenEvent[] {
  return withPatches(events, patchify(events.map((event) => event.entropy), rules, width));
}

function withPatches(events: readonly TokenEvent[], { opens }: Patches): TokenEvent[] {
  let patch = -1;
  return events.map((event, i) => {
    if (opens[i]!.length > 0) patch++;
    return { ...event, opens: opens[i]!, patch };
  });
}

/** How many tokens open a patch in one and not in the other. */
export function boundaryChanges(before: readonly TokenEvent[], after: readonly TokenEvent[]): { added: number; removed: number } {
  const count = (a: readonly TokenEvent[], b: readonly TokenEvent[]) => a.filter((event, i) => event.opens.length > 0 && b[i]?.opens.length === 0).length;
  return { added: count(after, before), removed: count(before, after) };
}

export interface CurvePoint {
  /** E_th in nats. */
  threshold: number;
  pAvg: number;
  /** Steps of the patch transformer: one a patch. */
  steps: number;
}

/** P_avg of one image over E_th, all other rules kept. */
export function thresholdCurve(entropies: ArrayLike<number | null>, rules: Rules, width: number, thresholds: readonly number[]): CurvePoint[] {
  return thresholds.map((threshold) => {
    const steps = patchify(entropies, { ...rules, entropyThreshold: threshold }, width).spans.length;
    return { threshold, pAvg: entropies.length / steps, steps };
  });
}

/** Number of patches of each length; index 0 is length 1. */
export function lengthHistogram(events: readonly TokenEvent[]): number[] {
  const counts: number[] = [];
  let length = 0;
  const close = () => {
    if (length === 0) return;
    while (counts.length < length) counts.push(0);
    counts[length - 1]!++;
  };
  for (const event of events) {
    if (event.opens.length > 0) {
      close();
      length = 0;
    }
    length++;
  }
  close();
  return counts;
}

/** Number of entropies in each of `bins` equal parts of 0..top; those above count in the last. */
export function entropyHistogram(events: readonly TokenEvent[], top: number, bins: number): number[] {
  const counts = Array<number>(bins).fill(0);
  for (const { entropy } of events) if (entropy !== null) counts[Math.min(bins - 1, Math.max(0, Math.floor((entropy / top) * bins)))]!++;
  return counts;
}

/** Mean entropy in nats of the tokens that have one; null where none has. */
export function meanEntropy(events: readonly Pick<TokenEvent, 'entropy'>[]): number | null {
  const known = events.flatMap(({ entropy }) => (entropy === null ? [] : [entropy]));
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
