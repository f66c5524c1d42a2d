/**
 * A step graph with its KV cache, pasts of shape [rows, H, C, d]. Three ways to keep it: presents written over their pasts,
 * presents that replace them, and by row, where the graph answers its new slots only and C grows in strides. The last is for
 * runtimes that copy inputs and outputs at every run: they copy what is in use, once.
 */
import { CacheLines } from './cache-lines.ts';
import { intFeed, type Feed } from './feed.ts';
import { runGraph, takeFloats, type GraphRunner, type GraphTensor, type Tensors } from './graph-runner.ts';
import type { GraphName } from './manifest.ts';

/** Slots that caches kept by row grow by. */
export const STRIDE = 32;

/** k_0, v_0, k_1, ... */
export const cacheNames = (blocks: number): string[] => Array.from({ length: blocks }, (_, l) => [`k_${l}`, `v_${l}`]).flat();

export class KvCache {
  readonly #runner: GraphRunner;
  readonly #graph: GraphName;
  readonly #names: readonly string[];
  readonly #byRow: boolean;
  /** Pasts and positions. */
  readonly #feeds: Tensors = {};
  /** What a run answers: null leaves it to the runtime. */
  readonly #wanted: Record<string, GraphTensor | null>;
  #seqlens: Feed<Int32Array> | null = null;
  #total: Feed<Int32Array> | null = null;
  /** By row: the values of the pasts; kept for the next image of the same shape, since fresh memory is slow to touch. */
  #values: CacheLines[] = [];
  #shape = { rows: 0, heads: 0, slots: 0, capacity: 0, headDim: 0 };

  /** `outputs` are those of the graph beside its caches. */
  constructor(runner: GraphRunner, graph: GraphName, blocks: number, outputs: readonly string[]) {
    this.#runner = runner;
    this.#graph = graph;
    this.#names = cacheNames(blocks);
    this.#byRow = runner.byRow?.(graph) ?? false;
    const caches = this.#byRow ? ['kv'] : this.#names.map((name) => `present_${name}`);
    this.#wanted = Object.fromEntries([...outputs, ...caches].map((name) => [name, null]));
  }

  /** Zeroes everything. */
  begin(rows: number, heads: number, capacity: number, headDim: number): void {
    this.dispose();
    const { rows: rowsBefore, capacity: capacityBefore } = this.#shape;
    this.#shape = { rows, heads, slots: 0, capacity, headDim };
    this.#seqlens = intFeed(this.#runner, [rows]);
    this.#total = intFeed(this.#runner, [1]);
    this.#feeds.seqlens_k = this.#seqlens.tensor;
    this.#feeds.total = this.#total.tensor;
    if (this.#byRow) {
      if (rows !== rowsBefore || capacity !== capacityBefore) this.#values = this.#names.map(() => new CacheLines(rows * heads, capacity, headDim));
      for (const values of this.#values) values.empty();
      this.#resize(Math.min(STRIDE, capacity));
    } else {
      for (const name of this.#names) this.#hold(name, new Float32Array(rows * heads * capacity * headDim), capacity);
    }
  }

  #hold(name: string, values: Float32Array, slots: number): void {
    const { rows, heads, headDim } = this.#shape;
    this.#feeds[`past_${name}`]?.dispose();
    const past = this.#runner.tensor('float32', values, [rows, heads, slots, headDim]);
    this.#feeds[`past_${name}`] = past;
    if (this.#runner.inPlace && !this.#byRow) this.#wanted[`present_${name}`] = past;
  }

  #resize(slots: number): void {
    this.#shape.slots = slots;
    for (const [at, name] of this.#names.entries()) this.#hold(name, this.#values[at]!.resize(slots), slots);
  }

  /** Runs the graph at cache slot `slot` and takes what it adds to the cache; the named outputs are the caller's. */
  async step(slot: number, feeds: Tensors): Promise<Tensors> {
    const { slots, capacity } = this.#shape;
    if (this.#byRow && slot >= slots) this.#resize(Math.min(capacity, slots + STRIDE));
    this.#seqlens!.values.fill(slot);
    this.#total!.values[0] = slot + 1;
    const results = await runGraph(this.#runner, this.#graph, { ...feeds, ...this.#feeds }, this.#wanted);
    if (this.#byRow) await this.#write(results.kv!, slot);
    else if (!this.#runner.inPlace) this.#replace(results);
    return results;
  }

  /** kv: [names * rows, H, 1, d]. */
  async #write(kv: GraphTensor, slot: number): Promise<void> {
    const { rows, heads, headDim } = this.#shape;
    const lines = rows * heads;
    const written = await takeFloats(kv, this.#names.length * lines * headDim, `The cache of ${this.#graph}`);
    this.#values.forEach((values, at) => values.write(0, lines, slot, written, at * lines * headDim));
  }

  #replace(results: Tensors): void {
    for (const name of this.#names) {
      this.#feeds[`past_${name}`]!.dispose();
      this.#feeds[`past_${name}`] = results[`present_${name}`]!;
    }
  }

  dispose(): void {
    for (const [name, tensor] of Object.entries(this.#feeds)) {
      tensor.dispose();
      delete this.#feeds[name];
    }
    this.#seqlens = this.#total = null;
  }
}
