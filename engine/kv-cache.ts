/**
 * A step graph with its KV caches, pasts [groups * images, H, C, d] of images that may be out of step, in the form that the
 * runtime keeps them in (engine/graph-runner.ts). With new slots C grows in strides, so that runtimes that copy inputs and outputs at
 * every run copy what is in use, once; and a run takes only the images that have a step. Else every run takes all images, and
 * one without a step writes into its next free slot, which its next step overwrites.
 */
import { CacheLines } from './cache-lines.ts';
import { FeedSets, intFeed } from './feed.ts';
import { runGraph, takeFloats, type Cache, type CacheForm, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { GraphName } from './manifest.ts';
import { takesAll, type Place } from './places.ts';
import type { Groups } from './sampling.ts';
import type { GraphTensor, Tensors } from './tensors.ts';

/** Slots that the pasts of new-slot graphs grow by. */
export const STRIDE = 32;

/** k_0, v_0, k_1, ...: names, and order in `kv`. */
export const cacheNames = (blocks: number): string[] => Array.from({ length: blocks }, (_, l) => [`k_${l}`, `v_${l}`]).flat();

export interface CacheShape {
  images: number;
  groups: Groups;
  heads: number;
  /** Slots at most. */
  capacity: number;
  headDim: number;
}

export class KvCache {
  readonly #runner: GraphRunner;
  readonly #graph: GraphName;
  readonly #names: readonly string[];
  readonly #outputs: readonly string[];
  readonly #form: CacheForm;
  #shape: CacheShape = { images: 0, groups: 1, heads: 0, capacity: 0, headDim: 0 };
  #resident: readonly string[] = [];
  #caches: Cache[] = [];
  /** Where the steps of a run write. */
  readonly #positions: FeedSets<Record<'seqlens' | 'total', ReturnType<typeof intFeed>>>;
  /** First free slot of every image. */
  #next: number[] = [];
  /** New slots: slots of the pasts, their values, and room for those of some images. */
  #slots = 0;
  #values: CacheLines[] = [];
  #some: Float32Array[] = [];

  /** `outputs` are those of the graph beside its caches. */
  constructor(runner: GraphRunner, graph: GraphName, blocks: number, outputs: readonly string[]) {
    this.#runner = runner;
    this.#graph = graph;
    this.#names = cacheNames(blocks);
    this.#form = runner.cacheForm(graph);
    this.#outputs = this.#form === 'new slots' ? [...outputs, 'kv'] : outputs;
    this.#positions = new FeedSets((images) => ({ seqlens: intFeed(runner, [this.#shape.groups * images]), total: intFeed(runner, [1]) }));
  }

  /** Zeroes everything. `resident`: as in a GraphCall. */
  begin(shape: CacheShape, resident: readonly string[] = []): void {
    this.dispose();
    const before = this.#shape;
    this.#shape = shape;
    this.#resident = resident;
    this.#next = new Array<number>(shape.images).fill(0);
    const { images, groups, heads, capacity, headDim } = shape;
    if (this.#form === 'new slots') {
      const kept = this.#values.length > 0 && before.images === images && before.groups === groups && before.capacity === capacity;
      if (!kept) this.#values = this.#names.map(() => new CacheLines(this.#lines(images), capacity, headDim));
      for (const values of this.#values) values.empty();
      this.#resize(Math.min(STRIDE, capacity));
    } else this.#caches = this.#names.map((name) => cacheOf(name, this.#runner.cache([groups * images, heads, capacity, headDim])));
  }

  /** Lines [C, d] of so many images. */
  #lines(images: number): number {
    return images * this.#shape.groups * this.#shape.heads;
  }

  #rowsTensor(values: Float32Array, images: number): GraphTensor {
    const { groups, heads, headDim } = this.#shape;
    return this.#runner.tensor('float32', values, [groups * images, heads, this.#slots, headDim]);
  }

  #resize(slots: number): void {
    this.#slots = slots;
    for (const { tensor } of this.#caches) tensor.dispose();
    this.#caches = this.#names.map((name, at) => cacheOf(name, this.#rowsTensor(this.#values[at]!.resize(slots), this.#shape.images)));
  }

  /** The images of a run with these steps, in the order of its rows. */
  places(steps: readonly { image: number; slot: number }[]): Place[] {
    const placed = steps.map(({ image, slot }, step) => ({ image, slot, step }));
    if (this.#form === 'new slots' || this.#shape.images === 1) return placed;
    return this.#next.map((slot, image) => placed.find((place) => place.image === image) ?? { image, slot, step: null });
  }

  /**
   * Runs the graph and takes what it adds to the caches; the named outputs are the caller's. Of one image a run may take several
   * positions, from the slot of its place on; what stood there and behind it is written anew.
   */
  async run(places: readonly Place[], feeds: Tensors, positions = 1): Promise<Tensors> {
    const { images, groups, capacity } = this.#shape;
    const { seqlens, total } = this.#positions.of(places.length);
    let last = 0;
    for (const [i, { slot }] of places.entries()) {
      const end = slot + positions - 1;
      for (let row = i; row < seqlens.values.length; row += places.length) seqlens.values[row] = end;
      last = Math.max(last, end);
    }
    total.values[0] = last + 1;
    if (this.#form === 'new slots') while (last >= this.#slots) this.#resize(Math.min(capacity, this.#slots + STRIDE));
    const results = await runGraph(this.#runner, {
      graph: this.#graph, images: places.length, groups, outputs: this.#outputs, resident: this.#resident,
      feeds: { ...feeds, seqlens_k: seqlens.tensor, total: total.tensor }, caches: takesAll(places, images) ? this.#caches : this.#gather(places),
    });
    if (this.#form === 'new slots') await this.#write(results.kv!, places, positions);
    else if (this.#form === 'replaced') this.#replace(results);
    for (const { image, slot, step } of places) if (step !== null) this.#next[image] = slot + positions;
    return results;
  }

  /** Calls back with the lines of every place and group, as many as heads: the first of them in a run of these places, and among all images. */
  #eachPlace(places: readonly Place[], visit: (line: number, from: number, slot: number) => void): void {
    const { groups, heads, images } = this.#shape;
    let line = 0;
    for (let group = 0; group < groups; group++) {
      for (const { image, slot } of places) {
        visit(line, (group * images + image) * heads, slot);
        line += heads;
      }
    }
  }

  /** The slots in use of some images, for new-slot graphs. */
  #gather(places: readonly Place[]): Cache[] {
    const { images, heads, capacity, headDim } = this.#shape;
    return this.#names.map((name, at) => {
      const some = (this.#some[at] ??= new Float32Array(this.#lines(images) * capacity * headDim)).subarray(0, this.#lines(places.length) * this.#slots * headDim);
      this.#eachPlace(places, (line, from, slot) => this.#values[at]!.read(from, heads, slot, some, line));
      return cacheOf(name, this.#rowsTensor(some, places.length));
    });
  }

  /** kv: [names * rows, H, positions, d]. */
  async #write(kv: GraphTensor, places: readonly Place[], positions: number): Promise<void> {
    const { heads, headDim } = this.#shape;
    const size = this.#lines(places.length) * positions * headDim;
    const written = await takeFloats(kv, this.#names.length * size, say`The cache of ${this.#graph}`);
    const [{ slot }] = places as [Place];
    // One image, as its lines follow each other: at once.
    if (this.#shape.images === 1) this.#values.forEach((values, at) => values.write(0, this.#lines(1), slot, written, at * size, positions));
    else this.#values.forEach((values, at) => this.#eachPlace(places, (line, to, own) => values.write(to, heads, own, written, at * size + line * headDim)));
  }

  #replace(results: Tensors): void {
    for (const { tensor } of this.#caches) tensor.dispose();
    this.#caches = this.#caches.map((cache) => ({ ...cache, tensor: results[cache.present]! }));
  }

  /** Memory of one image is kept for the next, since fresh memory is slow to touch. */
  dispose(): void {
    for (const { tensor } of this.#caches) tensor.dispose();
    this.#caches = [];
    this.#positions.dispose();
    this.#some = [];
    if (this.#shape.images > 1) this.#values = [];
  }
}

const cacheOf = (name: string, tensor: GraphTensor): Cache => ({ past: `past_${name}`, present: `present_${name}`, tensor });
