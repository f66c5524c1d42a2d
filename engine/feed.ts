/** An input whose tensor stays while its values change: made once an image, not at every run. */
import type { GraphRunner, GraphTensor } from './graph-runner.ts';

export interface Feed<T extends Float32Array | Int32Array> {
  /** Written before a run, which reads them anew. */
  readonly values: T;
  readonly tensor: GraphTensor;
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

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
