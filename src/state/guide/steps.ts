import type { TokenEvent } from '../../../engine/log.ts';
import { patchesAt } from '../../../engine/view.ts';
import type { Drawn, StageMode } from '../options.ts';

export type StepId = 'tokens' | 'surprise' | 'gate' | 'forced' | 'cost' | 'rope' | 'guidance' | 'passes' | 'quality' | 'inference' | 'resolution' | 'verdict';

/** Sections of docs/paper.md on the claims that a step rests on. */
export const CLAIMS: Partial<Record<StepId, string>> = {
  gate: 'table-3-the-gates', forced: 'table-5-the-maximum-patch-length', cost: 'figure-4-convergence', rope: 'table-9-position-codes-of-patches',
  inference: 'table-6-other-thresholds-at-inference', resolution: 'patches-over-resolution',
};

export interface GuideStep {
  id: StepId;
  /** Class ids to take the recorded run from, the first that the pack has; else its first recording. */
  runs: readonly string[];
  /** play: from the start; whole: everything shown. */
  show: 'play' | 'whole';
  /** View on a screen with room for one. */
  stage: Exclude<StageMode, 'both'>;
  /** Neither patches nor passes are an idea yet before the step that explains them. */
  draws: Drawn;
  /** How the run is shown: in full, small below its strip, or not at all where the step is not about it. */
  place: 'full' | 'small' | 'none';
  /** The cell to look at; null for none. */
  cell: (events: readonly TokenEvent[], width: number) => number | null;
}

const CALM = ['SeaLake', 'Forest', 'FunEmoji'];
const MIXED = ['River', 'PermanentCrop', 'Pasture'];

/** The tour, in order. What each step says is in src/views/guide. */
export const STEPS: readonly GuideStep[] = [
  { id: 'tokens', runs: MIXED, show: 'play', stage: 'image', draws: 'cells', place: 'full', cell: () => null },
  { id: 'surprise', runs: MIXED, show: 'whole', stage: 'entropy', draws: 'cells', place: 'full', cell: (events) => mostSurprising(events) },
  { id: 'gate', runs: MIXED, show: 'whole', stage: 'entropy', draws: 'patches', place: 'full', cell: () => null },
  { id: 'forced', runs: CALM, show: 'whole', stage: 'entropy', draws: 'patches', place: 'full', cell: (events) => firstThat(events, 'full') },
  { id: 'cost', runs: MIXED, show: 'play', stage: 'image', draws: 'patches', place: 'full', cell: () => null },
  { id: 'rope', runs: MIXED, show: 'whole', stage: 'entropy', draws: 'patches', place: 'full', cell: (events, width) => startOfLongest(events, width) },
  { id: 'guidance', runs: MIXED, show: 'whole', stage: 'image', draws: 'patches', place: 'full', cell: (events) => mostGuided(events) },
  { id: 'passes', runs: MIXED, show: 'play', stage: 'image', draws: 'passes', place: 'full', cell: () => null },
  { id: 'quality', runs: MIXED, show: 'whole', stage: 'image', draws: 'passes', place: 'full', cell: () => null },
  { id: 'inference', runs: MIXED, show: 'whole', stage: 'entropy', draws: 'passes', place: 'small', cell: () => null },
  { id: 'resolution', runs: MIXED, show: 'whole', stage: 'entropy', draws: 'passes', place: 'none', cell: () => null },
  { id: 'verdict', runs: MIXED, show: 'whole', stage: 'image', draws: 'passes', place: 'none', cell: () => null },
];

/** A step from an address or a key press: whole, within 1..n; anything else is the first. */
export const clampStep = (step: number): number => Math.min(STEPS.length, Math.max(1, Math.trunc(step) || 1));

/** The recording of a step. -1 where the pack has none. */
export function recordingFor(step: GuideStep, recordings: readonly { class: number }[], classes: readonly { id: string }[]): number {
  for (const id of step.runs) {
    const found = recordings.findIndex((entry) => classes[entry.class]?.id === id);
    if (found >= 0) return found;
  }
  return recordings.length > 0 ? 0 : -1;
}

export function mostSurprising(events: readonly TokenEvent[]): number | null {
  let best: TokenEvent | null = null;
  for (const event of events) if (event.entropy !== null && (best === null || event.entropy > best.entropy!)) best = event;
  return best?.t ?? null;
}

/** The first token that opens for this reason, else the first of a later row. */
function firstThat(events: readonly TokenEvent[], reason: TokenEvent['opens'][number]): number | null {
  return (events.find(({ opens }) => opens.includes(reason)) ?? events.find(({ opens }) => opens.includes('row')))?.t ?? null;
}

/** First token of the first longest patch. */
export function startOfLongest(events: readonly TokenEvent[], width: number): number | null {
  const patches = patchesAt(events, events.length, width);
  return patches.reduce<(typeof patches)[number] | null>((best, patch) => (best === null || patch.length > best.length ? patch : best), null)?.start ?? null;
}

/** Patches that open in the first row, and in each of the others on average; null before there are any. */
export function patchesByRow(events: readonly TokenEvent[], width: number): { first: number; others: number | null } {
  const opened = (from: number, to: number) => events.slice(from, to).filter(({ opens }) => opens.length > 0).length;
  const rows = Math.floor(events.length / width) - 1;
  return { first: opened(0, width), others: rows > 0 ? opened(width, (rows + 1) * width) / rows : null };
}

/** The token whose probability guidance changed most. */
export function mostGuided(events: readonly TokenEvent[]): number | null {
  const shift = ({ logprob, classLogprob }: TokenEvent) => (logprob === null || classLogprob === null ? -1 : Math.abs(Math.exp(logprob) - Math.exp(classLogprob)));
  return events.reduce<TokenEvent | null>((best, event) => (shift(event) > (best ? shift(best) : -1) ? event : best), null)?.t ?? null;
}
