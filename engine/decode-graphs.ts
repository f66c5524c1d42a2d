import type { Batch } from './batch.ts';
import { DparSteps } from './dpar-steps.ts';
import { DparWindows } from './dpar-windows.ts';
import { GptSteps } from './gpt-steps.ts';
import { GptWindows } from './gpt-windows.ts';
import type { BatchGraphs, DecodeGraphs } from './graphs.ts';
import type { GraphRunner } from './graph-runner.ts';
import { KvCache } from './kv-cache.ts';
import { requiredGraphs, windowGraphs, type GraphName, type Manifest } from './manifest.ts';
import { MOST_POSITIONS } from './window.ts';

/** The graphs that make a picture by passes of so many positions. */
export const graphsOfPicture = ({ kind }: Pick<Manifest, 'kind'>, positions: number): readonly GraphName[] =>
  (positions > 1 ? [...windowGraphs[kind], 'tokenizer_decoder'] : requiredGraphs[kind]);

/** The graphs that decode a pack: by its kind, and by whether a run takes one position of each image or several of one. */
export function decodeGraphs(runner: GraphRunner, manifest: Manifest): DecodeGraphs {
  const caches = new Map<GraphName, KvCache>();
  let batch: BatchGraphs | null = null;
  const dispose = () => {
    batch?.dispose();
    batch = null;
  };
  return {
    get mostPositions() {
      if (!windowGraphs[manifest.kind].every((graph) => runner.has(graph))) return 1;
      // A pass of L positions may feed the drafts behind them, too: 2 L - 1.
      return Math.min(MOST_POSITIONS, Math.floor(((runner.mostNew ?? Infinity) + 1) / 2));
    },
    begin(classes, against, positions) {
      dispose();
      // The device samples for one image; of several the answers are read.
      const device = classes.length === 1 ? runner.onDevice : undefined;
      device?.begin();
      const start: Batch = {
        runner, classes, against, positions, groups: against ? 2 : 1, device,
        cache: (graph, blocks, outputs) => caches.get(graph) ?? caches.set(graph, new KvCache(runner, graph, blocks, outputs)).get(graph)!,
      };
      if (manifest.kind === 'gpt') batch = positions > 1 ? new GptWindows(start, manifest) : new GptSteps(start, manifest);
      else batch = positions > 1 ? new DparWindows(start, manifest) : new DparSteps(start, manifest);
      return batch;
    },
    dispose,
  };
}
