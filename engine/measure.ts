/** One image through the decode loop with a clock on every graph: for benches, and for measuring a device in the studio. */
import { clock } from './clock.ts';
import { decode, type DecodeRequest } from './decode.ts';
import { decodeGraphs } from './decode-graphs.ts';
import type { GraphRunner, GraphTensor, Tensors } from './graph-runner.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { Stage } from './log.ts';
import type { GraphName, Manifest } from './manifest.ts';
import type { OnDevice } from './on-device.ts';

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
}

/** A runner with a clock on `run`. */
export class TimedRunner implements GraphRunner {
  graphs: Record<string, GraphTime> = {};
  readonly #inner: GraphRunner;

  constructor(inner: GraphRunner) {
    this.#inner = inner;
  }

  get inPlace(): boolean {
    return this.#inner.inPlace ?? false;
  }

  get onDevice(): OnDevice | undefined {
    return this.#inner.onDevice;
  }

  byRow(graph: GraphName): boolean {
    return this.#inner.byRow?.(graph) ?? false;
  }

  tensor(type: 'float32' | 'int32', data: Float32Array | Int32Array, dims: readonly number[]): GraphTensor {
    return this.#inner.tensor(type as 'float32', data as Float32Array, dims);
  }

  async run(graph: GraphName, feeds: Tensors, outputs: Record<string, GraphTensor | null>): Promise<Tensors> {
    const time = (this.graphs[graph] ??= { ms: 0, runs: 0 });
    const start = clock();
    const results = await this.#inner.run(graph, feeds, outputs);
    time.ms += clock() - start;
    time.runs++;
    return results;
  }
}

/** One set of graphs for a runner, as a run in the studio finds them: their memory is there from the image before. */
const opened = new WeakMap<GraphRunner, { timed: TimedRunner; graphs: DecodeGraphs }>();

function graphsOf(runner: GraphRunner, manifest: Manifest) {
  let own = opened.get(runner);
  if (!own) {
    const timed = new TimedRunner(runner);
    opened.set(runner, (own = { timed, graphs: decodeGraphs(timed, manifest) }));
  }
  return own;
}

/** Decodes the first `limit` tokens (null: all) of a request; `after` runs between tokens and counts. */
export async function measureImage(
  runner: GraphRunner, manifest: Manifest, request: DecodeRequest, limit: number | null = null, after?: (tokens: number) => unknown,
): Promise<ImageTimes> {
  const { timed, graphs } = graphsOf(runner, manifest);
  timed.graphs = {};
  const stages: Partial<Record<Stage, number>> = {};
  const tokens: number[] = [];
  let patches = 0;
  const start = clock();
  for await (const event of decode(graphs, manifest, request)) {
    tokens.push(event.token);
    patches = event.patch + 1;
    for (const [stage, ms] of Object.entries(event.times) as [Stage, number][]) stages[stage] = (stages[stage] ?? 0) + ms;
    if (tokens.length === limit) break;
    await after?.(tokens.length);
  }
  const ms = clock() - start;
  graphs.dispose();
  return { ms, graphs: timed.graphs, stages, tokens, patches };
}

/** Milliseconds that onnxruntime took. */
export const insideRuntime = (times: ImageTimes): number => Object.values(times.graphs).reduce((sum, { ms }) => sum + ms, 0);
