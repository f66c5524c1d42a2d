/** What every bench shares: goals, and the result that is kept in bench/results. */
import { BUSY, type Machine } from './lib/machine.ts';
import { cellText, type Row } from './lib/table.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { Summary } from '../engine/statistics.ts';
import type { Host } from './lib/host.ts';

export { interleaved, type Contestant } from '../engine/interleave.ts';

/** Bound on the ratio of a bench; one side is set, or none where figures are only recorded. */
export interface Goal {
  text: string;
  atLeast?: number;
  atMost?: number;
  /** Judged on a busy machine too: a count, not a time. */
  always?: true;
}

export interface Outcome {
  rows: Row[];
  /** What the goal judges; null where there is nothing to judge. */
  ratio: Summary | null;
  /** The same on WebGPU, where that has a goal of its own; one of a software adapter is not judged. */
  webgpu?: { ratio: Summary; software: boolean };
}

export interface Context {
  /** Rounds; every contestant runs once in each. */
  repeats: number;
  /** Tokens an image is cut to, null for whole images. Cut runs are for trying a bench out, and are not judged. */
  limit: number | null;
  /** Folder of the pack that is measured. */
  pack: string;
  host: Host;
  log(text: string): void;
}

export interface Bench {
  name: string;
  title: string;
  /** What is measured, for docs/performance.md. */
  about: string;
  goal: Goal;
  /** What is asked for on WebGPU, on a GPU. */
  webgpuGoal?: Goal;
  /** Why it cannot measure a pack, asked before any bench runs; null where it can. Left out: it can measure every pack, or measures none. */
  unfit?: (manifest: Manifest) => string | null;
  run(context: Context): Promise<Outcome>;
}

export interface BenchResult extends Omit<Outcome, 'webgpu'> {
  name: string;
  /** ISO day. */
  date: string;
  machine: Machine;
  command: string;
  goal: Goal;
  /** Null: not judged (no goal, a cut run, or a busy machine). */
  met: boolean | null;
  webgpu?: { goal: Goal; ratio: Summary; software: boolean; met: boolean | null };
}

/** Whether a ratio meets its goal; null where it may not be judged. */
export function judge(goal: Goal, ratio: Summary | null, trusted: boolean): boolean | null {
  if (!trusted || !ratio || (goal.atLeast === undefined && goal.atMost === undefined)) return null;
  return ratio.median >= (goal.atLeast ?? -Infinity) && ratio.median <= (goal.atMost ?? Infinity);
}

export function resultOf(bench: Pick<Bench, 'name' | 'goal' | 'webgpuGoal'>, outcome: Outcome, machine: Machine, command: string, day: Date, whole: boolean): BenchResult {
  const judged = (goal: Goal, ratio: Summary | null, trusted = true) => judge(goal, ratio, trusted && whole && (goal.always === true || machine.busy <= BUSY));
  const { webgpuGoal: goal } = bench;
  const { rows, ratio, webgpu } = outcome;
  return {
    name: bench.name, date: day.toISOString().slice(0, 10), machine, command, rows, ratio, goal: bench.goal, met: judged(bench.goal, ratio),
    ...(goal && webgpu && { webgpu: { goal, ...webgpu, met: judged(goal, webgpu.ratio, !webgpu.software) } }),
  };
}

/** JSON with five significant digits: more would be noise. */
export const toJson = (result: BenchResult): string =>
  `${JSON.stringify(result, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value), 1)}\n`;

/** A bound of the goal lies between the quartiles: at least a quarter of the rounds is on either side of it. */
const scatters = ({ atLeast, atMost }: Goal, { q1, q3 }: Summary): boolean => [atLeast, atMost].some((bound) => bound !== undefined && q1 < bound && bound < q3);

function words(goal: Goal, ratio: Summary | null, met: boolean | null, why = ''): string {
  const figure = `${goal.text}: ${ratio ? cellText(ratio) : 'no ratio'}`;
  if (met === null) return `${figure}, not judged${why}`;
  return `${figure}, ${met ? 'met' : 'not met'}${ratio && scatters(goal, ratio) ? ' by the median, with rounds on both sides of the goal' : ''}`;
}

export const verdict = ({ goal, ratio, met, webgpu }: Pick<BenchResult, 'goal' | 'ratio' | 'met' | 'webgpu'>): string =>
  [words(goal, ratio, met), ...(webgpu ? [words(webgpu.goal, webgpu.ratio, webgpu.met, webgpu.software ? ': a software adapter' : '')] : [])].join('; ');
