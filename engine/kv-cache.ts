/**
 * KV cache of one graph, shape [rows, H, C, d]. Three ways to keep it: presents written over their pasts, presents that
 * replace them, and by row, where the graph answers its new slots only and C grows in strides. The last is for runtimes
 * that copy inputs and outputs at every run: they copy what is in use, once.
 */
import { runGraph, takeFloats, type GraphRunner, type GraphTensor, type Tensors } from './graph-runner.ts';
import type { GraphName } from './manifest.ts';

/** Slots that a cache kept by row grows by. */
const STRIDE = 32;

export class KvCache {
  readonly #runner: GraphRunner;
  readonly #graph: GraphName;
  readonly #names: readonly string[];
  readonly #byRow: boolean;
  #pasts: Tensors = {};
  /** By row: the values of the pasts. */
  #values: Record<string, Float32Array> = {};
  #shape = { lines: 0, rows: 0, heads: 0, slots: 0, capacity: 0, headDim: 0 };

  constructor(runner: GraphRunner, graph: GraphName, blocks: number) {
    this.#runner = runner;
    this.#graph = graph;
    this.#names = Array.from({ length: blocks }, (_, l) => [`k_${l}`, `v_${l}`]).flat();
    this.#byRow = runner.byRow?.(graph) ?? false;
  }

  /** Zeroes everything. */
  begin(rows: number, heads: number, capacity: number, headDim: number): void {
    this.dispose();
    const slots = this.#byRow ? Math.min(STRIDE, capacity) : capacity;
    this.#shape = { lines: rows * heads, rows, heads, slots, capacity, headDim };
    for (const name of this.#names) this.#hold(name, new Float32Array(rows * heads * slots * headDim));
  }

  #hold(name: string, values: Float32Array): void {
    const { rows, heads, slots, headDim } = this.#shape;
    this.#pasts[name]?.dispose();
    this.#pasts[name] = this.#runner.tensor('float32', values, [rows, heads, slots, headDim]);
    if (this.#byRow) this.#values[name] = values;
  }

  /** Makes room for slot `slot`. */
  #grow(slot: number): void {
    const { lines, slots, capacity, headDim } = this.#shape;
    if (slot < slots) return;
    const next = Math.min(capacity, slots + STRIDE);
    this.#shape.slots = next;
    for (const name of this.#names) {
      const values = new Float32Array(lines * next * headDim);
      for (let i = 0; i < lines; i++) values.set(this.#values[name]!.subarray(i * slots * headDim, (i + 1) * slots * headDim), i * next * headDim);
      this.#hold(name, values);
    }
  }

  /** past_* inputs of the step at slot `slot`. */
  feeds(slot: number): Tensors {
    if (this.#byRow) this.#grow(slot);
    return Object.fromEntries(this.#names.map((name) => [`past_${name}`, this.#pasts[name]!]));
  }

  /** Cache outputs of the next step: in place the pasts themselves, else left to the runtime. */
  outputs(): Record<string, GraphTensor | null> {
    if (this.#byRow) return { kv: null };
    return Object.fromEntries(this.#names.map((name) => [`present_${name}`, this.#runner.inPlace ? this.#pasts[name]! : null]));
  }

  /** Takes what the step at slot `slot` answered into the next pasts. */
  async advance(results: Tensors, slot: number): Promise<void> {
    if (this.#byRow) return this.#write(await takeFloats(results.kv!, this.#names.length * this.#shape.lines * this.#shape.headDim, `The cache of ${this.#graph}`), slot);
    if (this.#runner.inPlace) return;
    for (const name of this.#names) {
      const next = results[`present_${name}`]!;
      if (next === this.#pasts[name]) continue;
      this.#pasts[name]?.dispose();
      this.#pasts[name] = next;
    }
  }

  /** kv: [names * rows, H, 1, d]. */
  #write(kv: Float32Array, slot: number): void {
    const { lines, slots, headDim } = this.#shape;
    let from = 0;
    for (const name of this.#names) {
      const values = this.#values[name]!;
      for (let i = 0; i < lines; i++, from += headDim) values.set(kv.subarray(from, from + headDim), (i * slots + slot) * headDim);
    }
  }

  dispose(): void {
    for (const tensor of Object.values(this.#pasts)) tensor.dispose();
    this.#pasts = {};
    this.#values = {};
  }
}

/** One step of a graph at cache slot `slot`: adds pasts and positions to the feeds, takes the presents, returns the named outputs. */
export async function cachedStep(
  runner: GraphRunner, cache: KvCache, graph: GraphName, slot: number, rows: number, feeds: Tensors, outputs: readonly string[],
): Promise<Tensors> {
  const positions = {
    seqlens_k: runner.tensor('int32', new Int32Array(rows).fill(slot), [rows]),
    total: runner.tensor('int32', Int32Array.of(slot + 1), [1]),
  };
  const wanted: Record<string, GraphTensor | null> = { ...Object.fromEntries(outputs.map((name) => [name, null])), ...cache.outputs() };
  const results = await runGraph(runner, graph, { ...feeds, ...positions, ...cache.feeds(slot) }, wanted);
  await cache.advance(results, slot);
  for (const tensor of Object.values(positions)) tensor.dispose();
  return results;
}
