/** KV cache of one graph: pasts of fixed capacity, shape [rows, H, C, d], replaced by or written over as presents. */
import type { GraphRunner, GraphTensor, Tensors } from './graph-runner.ts';

export class KvCache {
  readonly #runner: GraphRunner;
  readonly #blocks: number;
  #pasts: Tensors = {};

  constructor(runner: GraphRunner, blocks: number) {
    this.#runner = runner;
    this.#blocks = blocks;
  }

  *#names(): Generator<string> {
    for (let l = 0; l < this.#blocks; l++) yield* [`k_${l}`, `v_${l}`];
  }

  /** Zeroes everything. */
  begin(rows: number, heads: number, capacity: number, headDim: number): void {
    this.dispose();
    for (const name of this.#names()) {
      this.#pasts[name] = this.#runner.tensor('float32', new Float32Array(rows * heads * capacity * headDim), [rows, heads, capacity, headDim]);
    }
  }

  /** past_* inputs of the next step. */
  feeds(): Tensors {
    return Object.fromEntries(Object.entries(this.#pasts).map(([name, tensor]) => [`past_${name}`, tensor]));
  }

  /** present_* outputs of the next step: the pasts themselves in place, else left to the runtime. */
  outputs(): Record<string, GraphTensor | null> {
    return Object.fromEntries(Object.entries(this.#pasts).map(([name, tensor]) => [`present_${name}`, this.#runner.inPlace ? tensor : null]));
  }

  /** Takes the presents of a step as the next pasts. */
  advance(results: Tensors): void {
    if (this.#runner.inPlace) return;
    for (const name of this.#names()) {
      const next = results[`present_${name}`]!;
      if (next === this.#pasts[name]) continue;
      this.#pasts[name]?.dispose();
      this.#pasts[name] = next;
    }
  }

  dispose(): void {
    for (const tensor of Object.values(this.#pasts)) tensor.dispose();
    this.#pasts = {};
  }
}
