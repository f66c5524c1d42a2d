import { FeedSets, floatFeed, type Feed } from './feed.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import { takesAll, type Place } from './places.ts';
import type { Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';

/** What the open patch of every image conditions the decoder with, `size` values a row. Of one image it stays where it was made. */
export class Conditions {
  readonly #images: number;
  readonly #groups: Groups;
  readonly #size: number;
  #alone: GraphTensor | null = null;
  /** [groups, n, size], of all images and of some. */
  readonly #feeds: FeedSets<{ cond: Feed<Float32Array> }>;
  readonly #all: Float32Array;

  constructor(runner: GraphRunner, images: number, groups: Groups, size: number) {
    this.#images = images;
    this.#groups = groups;
    this.#size = size;
    this.#feeds = new FeedSets((n) => ({ cond: floatFeed(runner, [groups, n, size]) }));
    this.#all = images > 1 ? this.#feeds.of(images).cond.values : new Float32Array(0);
  }

  /** cond [groups * n, 1, size] of a run; it is taken over. */
  async take(places: readonly Place[], cond: GraphTensor): Promise<void> {
    if (this.#images === 1) {
      this.#alone?.dispose();
      this.#alone = cond;
      return;
    }
    const size = this.#size;
    const values = await takeFloats(cond, this.#groups * places.length * size, say`The conditioning`);
    this.#eachRow(places, (i, row, step) => { if (step !== null) this.#all.set(values.subarray(i * size, (i + 1) * size), row * size); });
  }

  /** [groups, n, size]; it stays ours. */
  of(places: readonly Place[]): GraphTensor {
    if (this.#alone) return this.#alone;
    const size = this.#size;
    const { cond } = this.#feeds.of(places.length);
    if (!takesAll(places, this.#images)) this.#eachRow(places, (i, row) => cond.values.set(this.#all.subarray(row * size, (row + 1) * size), i * size));
    return cond.tensor;
  }

  /** The rows of a run, class rows first, and where they are among all. */
  #eachRow(places: readonly Place[], visit: (i: number, row: number, step: number | null) => void): void {
    for (let group = 0; group < this.#groups; group++) {
      for (const [i, { image, step }] of places.entries()) visit(group * places.length + i, group * this.#images + image, step);
    }
  }

  dispose(): void {
    this.#alone?.dispose();
    this.#alone = null;
    this.#feeds.dispose();
  }
}
