/** The thin layer that a runtime (onnxruntime-web in a worker, onnxruntime-node) supplies: tensors and runs of a graph. */
import { saysOutOfMemory, StudioError } from './errors.ts';
import { quote, say, type Phrase } from './phrase.ts';
import type { GraphName } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import type { Groups } from './sampling.ts';
import type { GraphTensor, Tensors } from './tensors.ts';

/**
 * How a runtime keeps the caches of a graph. In place: presents are written over their pasts. Replaced: presents are the next
 * pasts. New slots (docs/packs.md "New-slot graphs"): pasts of any capacity, and `kv`, the new slots, in place of the presents.
 */
export type CacheForm = 'in place' | 'replaced' | 'new slots';

/** A KV cache [rows, H, C, d] with the names of its input and its output. */
export interface Cache {
  readonly past: string;
  readonly present: string;
  readonly tensor: GraphTensor;
}

/** One run of a graph: rows, inputs, caches and outputs by name (docs/packs.md "Graphs"). */
export interface GraphCall {
  graph: GraphName;
  /** R and G; `rows` of the graph is their product. 1 and 1 for graphs of whole pictures. */
  images: number;
  groups: Groups;
  /** All inputs but the caches. */
  feeds: Tensors;
  caches: readonly Cache[];
  /** What is wanted beside the presents. */
  outputs: readonly string[];
  /**
   * Those outputs that are next read where they were made: they may stay on the device. The same at every call of a graph with as
   * many rows, but for the graphs of windows.
   */
  resident: readonly string[];
}

export interface GraphRunner {
  /** A tensor over memory that is read anew at every run. */
  tensor(type: 'float32', data: Float32Array, dims: readonly number[]): GraphTensor;
  tensor(type: 'int32', data: Int32Array, dims: readonly number[]): GraphTensor;
  /** A cache of zeros, for graphs of another form than new slots. */
  cache(dims: readonly number[]): GraphTensor;
  cacheForm(graph: GraphName): CacheForm;
  /** Whether the pack has it in the variant at hand. */
  has(graph: GraphName): boolean;
  /** New positions of an image after a past that its graphs answer rightly, at most; none: any number. */
  readonly mostNew?: number | undefined;
  /** The outputs by name; presents too, where caches are replaced. Calls never overlap. */
  run(call: GraphCall): Promise<Tensors>;
  /** There where the outputs of the step graphs stay on a device that can sample from them. */
  readonly onDevice?: OnDevice | undefined;
}

/** The runner with another `run` around its own. */
export const around = (inner: GraphRunner, run: GraphRunner['run']): GraphRunner => ({
  onDevice: inner.onDevice, mostNew: inner.mostNew, run,
  tensor: (type: 'float32' | 'int32', data: Float32Array | Int32Array, dims: readonly number[]) => inner.tensor(type as 'float32', data as Float32Array, dims),
  cache: (dims) => inner.cache(dims),
  cacheForm: (graph) => inner.cacheForm(graph),
  has: (graph) => inner.has(graph),
});

/** What a session of onnxruntime is run with: null leaves an output's memory to the runtime. */
export function sessionArguments({ feeds, caches, outputs }: GraphCall, form: CacheForm): { inputs: Tensors; wanted: Record<string, GraphTensor | null> } {
  const inputs = { ...feeds };
  const wanted: Record<string, GraphTensor | null> = {};
  for (const name of outputs) wanted[name] = null;
  for (const { past, present, tensor } of caches) {
    inputs[past] = tensor;
    if (form !== 'new slots') wanted[present] = form === 'in place' ? tensor : null;
  }
  return { inputs, wanted };
}

/** Runs a graph; failures become `graph-failed` or `out-of-memory` errors naming the graph. */
export async function runGraph(runner: GraphRunner, call: GraphCall): Promise<Tensors> {
  const { graph, outputs } = call;
  let results: Tensors;
  try {
    results = await runner.run(call);
  } catch (error) {
    if (error instanceof StudioError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    if (saysOutOfMemory(detail)) throw new StudioError('out-of-memory', say`There is not enough memory to run the graph ${graph}. Close other pages or programs, or pick a smaller pack or variant.`, quote(detail));
    throw new StudioError('graph-failed', say`The graph ${graph} failed. Load the pack again, or try the other backend.`, quote(detail));
  }
  for (const name of outputs) {
    if (!results[name]) throw new StudioError('graph-failed', say`The graph ${graph} has no output ${name}. Export the pack again.`);
  }
  return results;
}

/**
 * The values of a float32 output that the runtime allocated: they outlive the tensor, which is disposed. Throws `graph-failed`
 * when the length is not `length`.
 */
export async function takeFloats(tensor: GraphTensor, length: number, what: Phrase): Promise<Float32Array> {
  const data = (await tensor.getData()) as Float32Array;
  tensor.dispose();
  if (data.length !== length) throw new StudioError('graph-failed', say`${what} has ${data.length} values, ${length} were expected. Export the pack again.`);
  return data;
}
