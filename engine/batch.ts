import type { GraphRunner } from './graph-runner.ts';
import type { KvCache } from './kv-cache.ts';
import type { GraphName } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import type { Groups } from './sampling.ts';

/** What the graphs of a batch of images begin with. */
export interface Batch {
  runner: GraphRunner;
  /** Class index of every image, and of its second row under guidance. */
  classes: readonly number[];
  against: readonly number[] | null;
  groups: Groups;
  /** Of an image in a run, at most. */
  positions: number;
  /** There where the device samples. */
  device: OnDevice | undefined;
  /** The cache of a graph, whose memory stays from batch to batch: `outputs` are those beside the presents. */
  cache: (graph: GraphName, blocks: number, outputs: readonly string[]) => KvCache;
}
