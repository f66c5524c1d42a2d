/** Rows of the graphs that take several positions of one image a run (docs/packs.md "Several positions at once"). */
import { intFeed, type Feed } from './feed.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';

/** Rows of an image, guided or not. Without guidance both are the class's, and only the first one is read. */
export const ROWS = 2;

/** Classes [1, 2] of an image's rows; `against`: of the second one. */
export function rowClasses(runner: GraphRunner, label: number, against: number | undefined): Feed<Int32Array> {
  const feed = intFeed(runner, [1, ROWS]);
  feed.values.set([label, against ?? label]);
  return feed;
}

/** Steps of each image by themselves; those of an image follow each other. */
export function byImage<T extends { image: number }>(steps: readonly T[]): T[][] {
  const all: T[][] = [];
  for (const step of steps) {
    if (all.at(-1)?.[0]!.image === step.image) all.at(-1)!.push(step);
    else all.push([step]);
  }
  return all;
}

/** Logits of every step, from `run`, which gives [n, 2, V] for n positions of one image. */
export async function windowLogits<T extends { image: number }>(
  steps: readonly T[], groups: Groups, vocab: number, run: (own: T[]) => Promise<GraphTensor>,
): Promise<DecodeLogits[]> {
  const all: DecodeLogits[] = [];
  for (const own of byImage(steps)) {
    const values = await takeFloats(await run(own), own.length * ROWS * vocab, say`The logits`);
    const row = (at: number) => values.subarray(at * vocab, (at + 1) * vocab);
    for (let i = 0; i < own.length; i++) all.push({ classLogits: row(2 * i), nullLogits: groups === 2 ? row(2 * i + 1) : null });
  }
  return all;
}
