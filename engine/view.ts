/** Views of a run: pure functions of (events, cursor). The cursor is the number of tokens shown, 0..events.length. */
import { baselineCost, decodeCost, wholeCost, type Cost, type Priced } from './cost.ts';
import type { Stage, TokenEvent } from './log.ts';
import { groupsOf } from './sampling.ts';
import type { Settings } from './settings.ts';

export interface PatchView {
  index: number;
  /** First and last token. */
  start: number;
  end: number;
  length: number;
  /** Of the first token. */
  row: number;
  columns: { start: number; end: number };
  /** Cells row by row: without row reset a patch may go on in the next row. */
  cells: { row: number; start: number; end: number }[];
  opens: TokenEvent['opens'];
}

/** A whole number of events within 0..length. */
export const clampCursor = (events: readonly TokenEvent[], cursor: number): number =>
  Math.max(0, Math.min(events.length, Math.floor(Number.isNaN(cursor) ? 0 : cursor)));

/** Patches of the first `cursor` tokens on a grid of `width` columns; the last one may still be open. */
export function patchesAt(events: readonly TokenEvent[], cursor: number, width: number): PatchView[] {
  const patches: PatchView[] = [];
  for (const event of events.slice(0, clampCursor(events, cursor))) {
    const row = Math.floor(event.t / width);
    const column = event.t % width;
    let patch = patches.at(-1);
    if (!patch || event.opens.length > 0) {
      patch = { index: event.patch, start: event.t, end: event.t, length: 0, row, columns: { start: column, end: column }, cells: [], opens: event.opens };
      patches.push(patch);
    }
    patch.end = event.t;
    patch.length++;
    patch.columns.end = column;
    const last = patch.cells.at(-1);
    if (last?.row === row) last.end = column;
    else patch.cells.push({ row, start: column, end: column });
  }
  return patches;
}

/** The patch of token `token` among the first `cursor` tokens; undefined where it is not among them. */
export function patchOf(events: readonly TokenEvent[], token: number, cursor: number, width: number): PatchView | undefined {
  if (token < 0 || token >= clampCursor(events, cursor)) return undefined;
  let start = token;
  while (start > 0 && events[start]!.opens.length === 0) start--;
  let end = token + 1;
  while (end < clampCursor(events, cursor) && events[end]!.opens.length === 0) end++;
  return patchesAt(events.slice(start, end), end - start, width)[0];
}

/** Tokens [start, end) that one pass settled. */
export interface PassView {
  pass: number;
  start: number;
  end: number;
}

/** Passes of the first `cursor` tokens; the last one may go on behind them. Empty for a run of before passes were recorded. */
export function passesAt(events: readonly TokenEvent[], cursor: number): PassView[] {
  const passes: PassView[] = [];
  for (const { t, pass } of events.slice(0, clampCursor(events, cursor))) {
    if (pass === undefined) return [];
    const last = passes.at(-1);
    if (last?.pass === pass) last.end = t + 1;
    else passes.push({ pass, start: t, end: t + 1 });
  }
  return passes;
}

/** Whether a pass settled several of the first `cursor` tokens: there are fewer passes than tokens then. */
export function sharesPasses(events: readonly TokenEvent[], cursor = events.length): boolean {
  const count = clampCursor(events, cursor);
  const pass = events[count - 1]?.pass;
  return pass !== undefined && pass < count;
}

/** Most tokens that one pass sampled; 0 where there are none, or the run does not say. */
export const widestPass = (events: readonly TokenEvent[]): number =>
  passesAt(events, events.length).reduce((most, { start, end }) => Math.max(most, sampledOf(events.slice(start, end)).length), 0);

const sampledOf = (events: readonly TokenEvent[]): readonly TokenEvent[] => events.filter(({ source }) => source === 'sampled');

/** From the first event of the pass that sampled first: passes before it only read tokens that were given. */
function decodedPart(events: readonly TokenEvent[]): readonly TokenEvent[] {
  const first = events.find(({ source }) => source === 'sampled');
  return first ? events.slice(first.pass === undefined ? first.t : events.findIndex(({ pass }) => pass === first.pass)) : [];
}

export interface StageFigure {
  /** Milliseconds. */
  sum: number;
  mean: number;
  runs: number;
}

export interface Figures {
  tokens: number;
  patches: number;
  /** Mean patch length, tokens / patches; null before the first token. */
  pAvg: number | null;
  /** Steps of the patch transformer so far: one a patch. */
  patchTransformerSteps: number;
  /** Tokens that were sampled, the others were given; and the milliseconds of the passes that did so. */
  sampled: { tokens: number; milliseconds: number };
  /** Passes so far that sampled a token: several may settle in one (engine/window.ts). Null where the log does not say. */
  passes: number | null;
  stages: Partial<Record<Stage, StageFigure>>;
  /** All stages, milliseconds. */
  milliseconds: number;
  /** Sampled ones, by the time of their passes. */
  tokensPerSecond: number | null;
  /** Multiply-accumulates of the tokens so far. */
  cost: Cost;
  /** The same tokens, token by token on the same weights. */
  baseline: Cost;
  /** (cost + its entropy model) / baseline; null before the first token. */
  costRatio: number | null;
}

const stageFigures = (events: readonly TokenEvent[]): Partial<Record<Stage, StageFigure>> => {
  const stages: Partial<Record<Stage, StageFigure>> = {};
  for (const { times } of events) {
    for (const [stage, ms] of Object.entries(times) as [Stage, number | undefined][]) {
      if (ms === undefined) continue;
      const figure = (stages[stage] ??= { sum: 0, mean: 0, runs: 0 });
      figure.sum += ms;
      figure.runs++;
      figure.mean = figure.sum / figure.runs;
    }
  }
  return stages;
};

const allMs = (stages: Figures['stages']): number => Object.values(stages).reduce((sum, stage) => sum + stage.sum, 0);

/** Running figures after `cursor` tokens, made with such settings. Patches are counted up to the open one. */
export function figuresAt(events: readonly TokenEvent[], cursor: number, manifest: Priced, settings: Settings): Figures {
  const shown = events.slice(0, clampCursor(events, cursor));
  const tokens = shown.length;
  const patches = shown.filter((event) => event.opens.length > 0).length;
  const stages = stageFigures(shown);
  const part = decodedPart(shown);
  const sampled = { tokens: sampledOf(part).length, milliseconds: allMs(part.length === shown.length ? stages : stageFigures(part)) };
  const lastPass = shown.at(-1)?.pass;
  const cost = decodeCost(manifest, tokens, patches, settings);
  // No entropies were computed for a run that has none.
  if (tokens > 1 && shown.every((event) => event.entropy === null)) cost.entropy = 0;
  const baseline = baselineCost(manifest, tokens, groupsOf(settings));
  return {
    tokens, patches, pAvg: patches ? tokens / patches : null, patchTransformerSteps: patches, sampled, stages, milliseconds: allMs(stages),
    passes: lastPass === undefined ? null : part.length > 0 ? lastPass - part[0]!.pass! + 1 : 0,
    tokensPerSecond: sampled.milliseconds > 0 ? (sampled.tokens / sampled.milliseconds) * 1000 : null,
    cost, baseline, costRatio: tokens ? wholeCost(cost) / baseline.total : null,
  };
}
