/** An input whose tensor stays while its values change: made once a batch, not at every run. */
import type { GraphRunner } from './graph-runner.ts';
import { sizeOf, type GraphTensor } from './tensors.ts';

export interface Feed<T extends Float32Array | Int32Array> {
  /** Written before a run, which reads them anew. */
  readonly values: T;
  readonly tensor: GraphTensor;
}

/** Zeros. */
export function floatFeed(runner: GraphRunner, dims: readonly number[]): Feed<Float32Array> {
  const values = new Float32Array(sizeOf(dims));
  return { values, tensor: runner.tensor('float32', values, dims) };
}

/** Zeros. */
export function intFeed(runner: GraphRunner, dims: readonly number[]): Feed<Int32Array> {
  const values = new Int32Array(sizeOf(dims));
  return { values, tensor: runner.tensor('int32', values, dims) };
}

/** The feeds of runs of 1, 2, ... images, positions or patches: those of each number are made when it first comes. */
export class FeedSets<T extends Record<string, Feed<Float32Array | Int32Array>>> {
  readonly #make: (count: number) => T;
  readonly #sets: (T | undefined)[] = [];

  constructor(make: (count: number) => T) {
    this.#make = make;
  }

  of(count: number): T {
    return (this.#sets[count] ??= this.#make(count));
  }

  dispose(): void {
    for (const set of this.#sets) if (set) for (const { tensor } of Object.values(set)) tensor.dispose();
    this.#sets.length = 0;
  }
}
