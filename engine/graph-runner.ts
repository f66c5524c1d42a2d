/** The thin layer that a runtime (onnxruntime-web in a worker, onnxruntime-node) supplies: tensors and runs of a graph by name. */
import { StudioError } from './errors.ts';
import type { GraphName } from './manifest.ts';
import type { OnDevice } from './on-device.ts';

/** The part of an onnxruntime Tensor that the engine uses; it may live on the GPU. */
export interface GraphTensor {
  readonly dims: readonly number[];
  /** The values, copied from the GPU if need be. */
  getData(releaseData?: boolean): Promise<unknown>;
  dispose(): void;
}
export type Tensors = Record<string, GraphTensor>;

export interface GraphRunner {
  /** A tensor over memory that is read anew at every run; caches ([rows, H, C, d]) of graphs that do not run by row may be taken at once. */
  tensor(type: 'float32', data: Float32Array, dims: readonly number[]): GraphTensor;
  tensor(type: 'int32', data: Int32Array, dims: readonly number[]): GraphTensor;
  /**
   * Runs a graph. `outputs` names the wanted outputs: null leaves the allocation to the runtime (which may keep
   * `present_*` on the GPU), a tensor is written in place. Calls never overlap.
   */
  run(graph: GraphName, feeds: Tensors, outputs: Record<string, GraphTensor | null>): Promise<Tensors>;
  /** Whether `run` takes the graph by row (docs/packs.md): pasts of any capacity, `kv` in place of its presents. Default: no graph. */
  byRow?(graph: GraphName): boolean;
  /** True where a present may be written over its own past (passed in `outputs`). Default false: presents become the next pasts. */
  readonly inPlace?: boolean;
  /** There where the outputs of the step graphs stay on a device that can sample from them. */
  readonly onDevice?: OnDevice | undefined;
}

const memoryWords = /out of memory|bad_alloc|oom\b|failed to allocate|allocation failed|array buffer allocation/i;

/** Runs a graph; failures become `graph-failed` or `out-of-memory` errors naming the graph. */
export async function runGraph(runner: GraphRunner, graph: GraphName, feeds: Tensors, outputs: Record<string, GraphTensor | null>): Promise<Tensors> {
  let results: Tensors;
  try {
    results = await runner.run(graph, feeds, outputs);
  } catch (error) {
    if (error instanceof StudioError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    if (memoryWords.test(detail)) throw new StudioError('out-of-memory', `There is not enough memory to run the graph ${graph}. Close other pages or programs, or pick a smaller pack or variant.`, detail);
    throw new StudioError('graph-failed', `The graph ${graph} failed. Load the pack again, or try the other backend.`, detail);
  }
  for (const name of Object.keys(outputs)) {
    if (!results[name]) throw new StudioError('graph-failed', `The graph ${graph} has no output ${name}. Export the pack again.`);
  }
  return results;
}

/**
 * The values of a float32 output that the runtime allocated: they outlive the tensor, which is disposed. Throws `graph-failed`
 * when the length is not `length`.
 */
export async function takeFloats(tensor: GraphTensor, length: number, what: string): Promise<Float32Array> {
  const data = (await tensor.getData()) as Float32Array;
  tensor.dispose();
  if (data.length !== length) throw new StudioError('graph-failed', `${what} has ${data.length} values, ${length} were expected. Export the pack again.`);
  return data;
}
