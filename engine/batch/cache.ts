/**
 * KV caches [groups * R, H, C, d] of one graph for R images out of step. By row (docs/packs.md) a run takes only the images
 * that have a step: their lines are gathered where they are not all. Else every run takes all images, and one without a step
 * writes into its next free slot, which its next step overwrites.
 */
import { CacheLines } from '../cache-lines.ts';
import { runGraph, takeFloats, type GraphRunner, type GraphTensor, type Tensors } from '../graph-runner.ts';
import { cacheNames, STRIDE } from '../kv-cache.ts';
import type { GraphName } from '../manifest.ts';

/** An image in a run, at cache slot `slot`; `step` is the index of its step, null for an idle one. */
export interface Place {
  row: number;
  slot: number;
  step: number | null;
}

export class BatchCache {
  readonly #runner: GraphRunner;
  readonly #graph: GraphName;
  readonly #names: readonly string[];
  readonly #byRow: boolean;
  #pasts: Tensors = {};
  /** By row: the values of the pasts, and room for those of some images. */
  #values: CacheLines[] = [];
  #some: Float32Array[] = [];
  #shape = { images: 0, groups: 0, heads: 0, slots: 0, capacity: 0, headDim: 0 };
  /** First free slot of every image. */
  #next: number[] = [];

  constructor(runner: GraphRunner, graph: GraphName, blocks: number) {
    this.#runner = runner;
    this.#graph = graph;
    this.#names = cacheNames(blocks);
    this.#byRow = runner.byRow?.(graph) ?? false;
  }

  /** Zeroes everything. */
  begin(images: number, groups: 1 | 2, heads: number, capacity: number, headDim: number): void {
    this.dispose();
    this.#shape = { images, groups, heads, slots: 0, capacity, headDim };
    this.#next = new Array<number>(images).fill(0);
    if (this.#byRow) {
      this.#values = this.#names.map(() => new CacheLines(this.#lines(images), capacity, headDim));
      this.#resize(Math.min(STRIDE, capacity));
    } else {
      this.#shape.slots = capacity;
      for (const name of this.#names) this.#pasts[name] = this.#tensor(new Float32Array(this.#lines(images) * capacity * headDim), images);
    }
  }

  #lines(images: number): number {
    return images * this.#shape.groups * this.#shape.heads;
  }

  #tensor(values: Float32Array, images: number): GraphTensor {
    const { groups, heads, slots, headDim } = this.#shape;
    return this.#runner.tensor('float32', values, [groups * images, heads, slots, headDim]);
  }

  #resize(slots: number): void {
    this.#shape.slots = slots;
    for (const [at, name] of this.#names.entries()) {
      this.#pasts[name]?.dispose();
      this.#pasts[name] = this.#tensor(this.#values[at]!.resize(slots), this.#shape.images);
    }
  }

  /** The images of a run with these steps, in the order of its rows. */
  places(steps: readonly { row: number; slot: number }[]): Place[] {
    const { images } = this.#shape;
    const placed = steps.map(({ row, slot }, step) => ({ row, slot, step }));
    if (this.#byRow) return placed;
    return Array.from({ length: images }, (_, row) => placed.find((place) => place.row === row) ?? { row, slot: this.#next[row]!, step: null });
  }

  /** Runs the graph: adds pasts and positions to the feeds (which it disposes), takes the presents, returns the named outputs. */
  async run(places: readonly Place[], feeds: Tensors, outputs: readonly string[]): Promise<Tensors> {
    const { groups, images } = this.#shape;
    const last = Math.max(...places.map(({ slot }) => slot));
    while (last >= this.#shape.slots) this.#resize(Math.min(this.#shape.capacity, this.#shape.slots + STRIDE));
    const slots = Int32Array.from({ length: groups * places.length }, (_, i) => places[i % places.length]!.slot);
    const own: Tensors = {
      ...feeds, seqlens_k: this.#runner.tensor('int32', slots, [slots.length]), total: this.#runner.tensor('int32', Int32Array.of(last + 1), [1]),
    };
    const whole = places.length === images && places.every(({ row }, i) => row === i);
    const pasts = whole ? this.#pasts : this.#gather(places);
    const results = await runGraph(this.#runner, this.#graph, { ...own, ...Object.fromEntries(this.#names.map((name) => [`past_${name}`, pasts[name]!])) }, {
      ...Object.fromEntries(outputs.map((name) => [name, null])), ...this.#outputs(),
    });
    await this.#advance(results, places);
    for (const { row, slot, step } of places) if (step !== null) this.#next[row] = slot + 1;
    for (const tensor of Object.values(own)) tensor.dispose();
    return results;
  }

  #outputs(): Record<string, GraphTensor | null> {
    if (this.#byRow) return { kv: null };
    return Object.fromEntries(this.#names.map((name) => [`present_${name}`, this.#runner.inPlace ? this.#pasts[name]! : null]));
  }

  /** Calls back with the lines of every place and group, as many as heads: the first of them in a run of these places, and among all images. */
  #eachPlace(places: readonly Place[], visit: (line: number, from: number, slot: number) => void): void {
    const { groups, heads, images } = this.#shape;
    let line = 0;
    for (let group = 0; group < groups; group++) {
      for (const { row, slot } of places) {
        visit(line, (group * images + row) * heads, slot);
        line += heads;
      }
    }
  }

  /** The slots in use of some images. */
  #gather(places: readonly Place[]): Tensors {
    const { images, heads, slots, capacity, headDim } = this.#shape;
    return Object.fromEntries(this.#names.map((name, at) => {
      const some = (this.#some[at] ??= new Float32Array(this.#lines(images) * capacity * headDim)).subarray(0, this.#lines(places.length) * slots * headDim);
      this.#eachPlace(places, (line, from, slot) => this.#values[at]!.read(from, heads, slot, some, line));
      return [name, this.#tensor(some, places.length)];
    }));
  }

  async #advance(results: Tensors, places: readonly Place[]): Promise<void> {
    if (!this.#byRow) {
      if (this.#runner.inPlace) return;
      for (const name of this.#names) {
        this.#pasts[name]!.dispose();
        this.#pasts[name] = results[`present_${name}`]!;
      }
      return;
    }
    const { heads, headDim } = this.#shape;
    const kv = await takeFloats(results.kv!, this.#names.length * this.#lines(places.length) * headDim, `The cache of ${this.#graph}`);
    let start = 0;
    for (const values of this.#values) {
      this.#eachPlace(places, (line, to, slot) => values.write(to, heads, slot, kv, start + line * headDim));
      start += this.#lines(places.length) * headDim;
    }
  }

  dispose(): void {
    for (const tensor of Object.values(this.#pasts)) tensor.dispose();
    this.#pasts = {};
    this.#values = [];
    this.#some = [];
  }
}
