/** Several images through the decode loop at once, with a clock on every graph; runs in Node and in the page. */
import { decodeBatch } from '../../engine/batch/decode.ts';
import { clock } from '../../engine/clock.ts';
import type { DecodeRequest } from '../../engine/decode.ts';
import { batchGraphs } from '../../engine/decode-graphs.ts';
import type { GraphRunner } from '../../engine/graph-runner.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { measureImage, TimedRunner, type GraphTime } from '../../engine/measure.ts';

export interface BatchTimes {
  /** The whole loop. */
  ms: number;
  graphs: Record<string, GraphTime>;
  tokens: number[][];
}

/** Decodes the first `limit` tokens (null: all) of every request; one alone runs as a run in the studio does. */
export async function measureBatch(runner: GraphRunner, manifest: Manifest, requests: readonly DecodeRequest[], limit: number | null): Promise<BatchTimes> {
  if (requests.length === 1) {
    const { ms, graphs, tokens } = await measureImage(runner, manifest, requests[0]!, limit);
    return { ms, graphs, tokens: [tokens] };
  }
  const timed = new TimedRunner(runner);
  const graphs = batchGraphs(timed, manifest);
  const tokens: number[][] = requests.map(() => []);
  // A row leaves when it has its tokens.
  const limited = requests.map((request, row) => ({ ...request, signal: { get aborted() { return limit !== null && tokens[row]!.length >= limit; } } }));
  const start = clock();
  for await (const { row, event } of decodeBatch(graphs, manifest, limited)) tokens[row]!.push(event.token);
  const ms = clock() - start;
  graphs.dispose();
  return { ms, graphs: timed.graphs, tokens };
}
