/** Images through the decode loop with a clock on every graph: for benches, and for measuring a device in the studio. */
import { clock } from './clock.ts';
import { decode, type DecodeRequest } from './decode.ts';
import { decodeGraphs } from './decode-graphs.ts';
import { around, type GraphRunner } from './graph-runner.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { Stage } from './log.ts';
import type { Manifest } from './manifest.ts';

export interface GraphTime {
  /** Inside the runtime, all runs together. */
  ms: number;
  runs: number;
}

export interface ImageTimes {
  /** The whole loop. */
  ms: number;
  graphs: Record<string, GraphTime>;
  /** As the event log has them: a stage is its graph and the feeding of it. */
  stages: Partial<Record<Stage, number>>;
  tokens: number[];
  patches: number;
  passes: number;
}

/** A runner with a clock on `run`. */
function withClock(inner: GraphRunner): { runner: GraphRunner; times: () => Record<string, GraphTime>; reset: () => void } {
  let graphs: Record<string, GraphTime> = {};
  const runner = around(inner, async (call) => {
    const time = (graphs[call.graph] ??= { ms: 0, runs: 0 });
    const start = clock();
    const results = await inner.run(call);
    time.ms += clock() - start;
    time.runs++;
    return results;
  });
  return { runner, times: () => graphs, reset: () => { graphs = {}; } };
}

/** One set of graphs for a runner, as a run in the studio finds them: their memory is there from the image before. */
const opened = new WeakMap<GraphRunner, { clocks: ReturnType<typeof withClock>; graphs: DecodeGraphs }>();

function graphsOf(runner: GraphRunner, manifest: Manifest) {
  let own = opened.get(runner);
  if (!own) {
    const clocks = withClock(runner);
    opened.set(runner, (own = { clocks, graphs: decodeGraphs(clocks.runner, manifest) }));
  }
  return own;
}

/** Of several images at once; tokens of each. */
export type BatchTimes = Pick<ImageTimes, 'ms' | 'graphs' | 'stages' | 'passes'> & { tokens: number[][]; patches: number[] };

/** Decodes the first `limit` tokens (null: all) of every request, and those that settle along with them; `after` runs between passes and counts the tokens of an image. */
export async function measureBatch(
  runner: GraphRunner, manifest: Manifest, requests: readonly DecodeRequest[], limit: number | null = null, after?: (tokens: number) => unknown,
): Promise<BatchTimes> {
  const { clocks, graphs } = graphsOf(runner, manifest);
  clocks.reset();
  const stages: Partial<Record<Stage, number>> = {};
  const tokens: number[][] = requests.map(() => []);
  const patches = requests.map(() => 0);
  let passes = 0;
  const start = clock();
  try {
    for await (const pass of decode(graphs, manifest, requests)) {
      passes++;
      for (const { image, events } of pass) {
        tokens[image]!.push(...events.map(({ token }) => token));
        patches[image] = events.at(-1)!.patch + 1;
      }
      // A time is that of the run that served all images.
      for (const [stage, ms] of Object.entries(pass[0]!.events[0]!.times) as [Stage, number][]) stages[stage] = (stages[stage] ?? 0) + ms;
      if (limit !== null && tokens[0]!.length >= limit) break;
      await after?.(tokens[0]!.length);
    }
    const ms = clock() - start;
    return { ms, graphs: clocks.times(), stages, passes, tokens, patches };
  } finally {
    // After a measurement that failed, too: its runner is used again, and what is not let go stays with it.
    graphs.dispose();
  }
}

/** The same for one image. */
export async function measureImage(...[runner, manifest, request, ...rest]: [GraphRunner, Manifest, DecodeRequest, (number | null)?, ((tokens: number) => unknown)?]): Promise<ImageTimes> {
  const { tokens, patches, ...times } = await measureBatch(runner, manifest, [request], ...rest);
  return { ...times, tokens: tokens[0]!, patches: patches[0]! };
}

/** Milliseconds that onnxruntime took. */
export const insideRuntime = (times: ImageTimes): number => Object.values(times.graphs).reduce((sum, { ms }) => sum + ms, 0);
