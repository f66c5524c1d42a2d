import type { Stage, TokenEvent } from '../../../engine/log.ts';

/** The stages in the order in which a step calls them (docs/model.md "Incremental decoding"). */
export const LANES = ['patchTransformer', 'gpt', 'decoder', 'sampling', 'encoder', 'entropy', 'wait'] as const satisfies readonly Stage[];

/** One call: milliseconds from the start of the first token asked for. */
export interface Call {
  token: number;
  stage: Stage;
  start: number;
  ms: number;
}

/** The calls of tokens [from, to) one after the other. Waits between them are not in a log and so not drawn. */
export function callsOf(events: readonly TokenEvent[], from: number, to: number): Call[] {
  const calls: Call[] = [];
  let start = 0;
  for (const { t, times } of events.slice(Math.max(0, from), Math.max(0, to))) {
    for (const stage of LANES) {
      const ms = times[stage];
      if (ms === undefined) continue;
      calls.push({ token: t, stage, start, ms });
      start += ms;
    }
  }
  return calls;
}

/** Milliseconds of a token over all its stages. */
export const tokenMs = ({ times }: Pick<TokenEvent, 'times'>): number => LANES.reduce((sum, stage) => sum + (times[stage] ?? 0), 0);

/** Row 0: tokens. Row i + 1: milliseconds of lanes 0 to i together, null where a token was not decoded. */
export function stacked(events: readonly TokenEvent[], tokens: number, lanes: readonly Stage[]): [number[], ...(number | null)[][]] {
  const sums: (number | null)[][] = lanes.map(() => new Array<number | null>(tokens).fill(null));
  events.slice(0, tokens).forEach(({ times }, token) => {
    let sum = 0;
    lanes.forEach((stage, lane) => { sums[lane]![token] = sum += times[stage] ?? 0; });
  });
  return [Array.from({ length: tokens }, (_, token) => token), ...sums];
}

/** Top of the scale for milliseconds per token: a few slow ones (the first, a pause) may stand out above it. */
export function scaleTop(events: readonly TokenEvent[]): number {
  const sorted = events.map(tokenMs).sort((a, b) => a - b);
  return sorted.length > 0 ? Math.max(1e-6, 1.25 * sorted[Math.floor(0.97 * (sorted.length - 1))]!) : 1;
}

/** Bars stand out above the scale. */
export function isCut(events: readonly TokenEvent[]): boolean {
  const top = scaleTop(events);
  return events.some((event) => tokenMs(event) > top);
}

/** Milliseconds that a whole run took by the clock beyond its stages; 0 where that is not known. */
export const outsideMs = (wallMs: number | null, stagesMs: number, whole: boolean): number => (whole && wallMs !== null ? Math.max(0, wallMs - stagesMs) : 0);

/** First token of the row that shows token `at` on a grid of `width` columns. */
export const rowStart = (at: number, width: number): number => Math.max(0, at - (at % width));

/** The token under x, pixels from the left edge of a plot of `width` pixels. */
export const tokenAt = (x: number, width: number, tokens: number) => Math.min(tokens, Math.max(1, Math.floor((x / width) * tokens) + 1));
