/// <reference types="@webgpu/types" />
import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-web/webgpu';
import { StudioError } from '../engine/errors.ts';
import type { GraphRunner, GraphTensor, Tensors } from '../engine/graph-runner.ts';
import type { OnDevice } from '../engine/on-device.ts';
import type { GraphName } from '../engine/manifest.ts';
import type { Backend } from './messages.ts';
import { GpuTokens } from './on-device.ts';
import { CapturedSession, withCapture } from './captured.ts';
import { storageBuffer, storageSize } from './gpu-buffers.ts';
import type { Pack } from '../packs/pack.ts';
import type { SerialQueue } from './queue.ts';
import { gpuTensor, provider, type Runtime } from './runtime.ts';

type Groups = 1 | 2;

/** Under guidance these run on a class and a null row. */
const guided = (graph: GraphName) => graph === 'patch_transformer' || graph === 'decoder' || graph === 'gpt';
const stepGraphs: ReadonlySet<GraphName> = new Set(['entropy', 'encoder', 'patch_transformer', 'decoder']);
/** Caches are the only rank-4 tensors of the decode graphs, [rows, H, C, d]. */
const CACHE_RANK = 4;

/** Images R and groups G of a run. */
interface Rows {
  images: number;
  groups: Groups;
}

/** How the runner works, where that is not as it always does. */
export interface RunnerOptions {
  /** 0 verbose (node placements) to 4 fatal. */
  logSeverity?: 0 | 1 | 2 | 3 | 4;
  /** Records the kernels of one image's step graphs on WebGPU and replays them (workers/captured.ts). */
  capture?: boolean;
}

/** What a session is asked for and answers, recorded or not. */
interface StepSession {
  run(feeds: Tensors, outputs: Record<string, GraphTensor | null>): Promise<Tensors>;
  release(): Promise<void>;
}

const plain = (session: InferenceSession): StepSession => ({
  run: async (feeds, outputs) => (await session.run(feeds as Record<string, OnnxValue>, outputs as Record<string, OnnxValue | null>)) as Record<string, Tensor>,
  release: () => session.release(),
});

/** What the feeds of a run say (docs/packs.md "Graphs"). */
function rowsOf({ class: classes, cond, token }: Tensors): Rows {
  const [groups = 1, images = 1] = (classes ?? cond)?.dims ?? [1, token?.dims[0]];
  return { images, groups: groups as Groups };
}

/**
 * The pack's graphs on one backend; sessions are made when first needed. One image on WebGPU has sessions of static shapes, two
 * of the patch transformer and the decoder where both guided and unguided runs are made; the same goes for packs of one image
 * at a time. All else runs in sessions that take any number of rows. On WebGPU caches are buffers of our own device, written
 * in place, and what the step graphs answer stays on the GPU where it can be sampled there; the CPU backend copies all inputs
 * and outputs, so there caches are kept by row where the pack has the graphs for it. Buffers of caches are used again by the
 * next image, in the order in which they were let go: recorded kernels then find them where they were.
 */
export class SessionRunner implements GraphRunner {
  readonly inPlace: boolean;
  readonly #tokens: GpuTokens | undefined;
  readonly #sessions = new Map<string, StepSession>();
  /** Buffers of caches that nothing uses, by size; the first one let go comes first. */
  readonly #spare = new Map<number, GPUBuffer[]>();
  readonly #runtime: Runtime;
  readonly #backend: Backend;
  readonly #pack: Pack;
  readonly #queue: SerialQueue;
  readonly #logSeverity: 0 | 1 | 2 | 3 | 4;
  readonly #capture: boolean;

  constructor(runtime: Runtime, backend: Backend, pack: Pack, queue: SerialQueue, { logSeverity = 3, capture = false }: RunnerOptions = {}) {
    this.#runtime = runtime;
    this.#backend = backend;
    this.#pack = pack;
    this.#queue = queue;
    this.#logSeverity = logSeverity;
    this.inPlace = backend === 'webgpu';
    this.#capture = capture;
    const { gpu, ort } = runtime;
    if (this.inPlace && gpu?.sampler) this.#tokens = new GpuTokens(gpu.device, gpu.sampler, gpuTensor(ort));
  }

  get onDevice(): OnDevice | undefined {
    return this.#tokens;
  }

  byRow(graph: GraphName): boolean {
    return !this.inPlace && Boolean(this.#pack.graphs.get(graph)?.byRow);
  }

  tensor(type: 'float32' | 'int32', data: Float32Array | Int32Array, dims: readonly number[]): GraphTensor {
    const { ort, gpu } = this.#runtime;
    if (this.inPlace && type === 'float32' && dims.length === CACHE_RANK) return this.#gpuTensor(gpu!.device, data, dims);
    return new ort.Tensor(type as 'float32', data as Float32Array, dims);
  }

  #gpuTensor(device: GPUDevice, data: Float32Array | Int32Array, dims: readonly number[]): GraphTensor {
    const size = storageSize(data.byteLength);
    if (!this.#spare.has(size)) this.#spare.set(size, []);
    const buffer = this.#spare.get(size)!.shift() ?? storageBuffer(device, size);
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    return this.#runtime.ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [...dims], dispose: () => this.#letGo(buffer) });
  }

  #letGo(buffer: GPUBuffer): void {
    const spare = this.#spare.get(buffer.size);
    if (spare) spare.push(buffer);
    else buffer.destroy();
  }

  run(graph: GraphName, feeds: Tensors, outputs: Record<string, GraphTensor | null>): Promise<Tensors> {
    return this.#queue.run(async () => {
      const session = await this.#session(graph, rowsOf(feeds));
      return session.run(feeds, outputs);
    });
  }

  /** Makes a session ahead of its first run. */
  open(graph: GraphName, groups: Groups = 1): Promise<void> {
    return this.#queue.run(async () => void (await this.#session(graph, { images: 1, groups })));
  }

  /** Frees all sessions. */
  async release(): Promise<void> {
    await this.#queue.run(async () => {
      for (const session of this.#sessions.values()) await session.release();
      this.#sessions.clear();
      for (const buffer of [...this.#spare.values()].flat()) buffer.destroy();
      this.#spare.clear();
      this.#tokens?.release();
    });
  }

  /** Of one image the conditioning is only ever read by the decoder; the rest stays on the GPU where something there reads it. */
  #location(graph: GraphName, rows: Rows | null): InferenceSession.SessionOptions['preferredOutputLocation'] {
    if (!rows) return 'cpu';
    if (this.#tokens && stepGraphs.has(graph)) return 'gpu-buffer';
    return this.inPlace && graph === 'patch_transformer' ? { cond: 'gpu-buffer' } : 'cpu';
  }

  /** Only ever called from within the queue. */
  async #session(graph: GraphName, asked: Rows): Promise<StepSession> {
    const rows = this.#pack.manifest.batch && (!this.inPlace || asked.images > 1) ? null : asked;
    const key = rows ? `${graph}/${guided(graph) ? rows.groups : 1}` : graph;
    const known = this.#sessions.get(key);
    if (known) return known;
    const files = this.#pack.graphs.get(graph);
    if (!files) throw new StudioError('graph-failed', `The graph ${graph} was not loaded.`);
    const { weights } = files;
    const model = this.byRow(graph) ? files.byRow! : files.model;
    try {
      const sizes = { N: 1, ...(rows && { R: 1, G: rows.groups, rows: guided(graph) ? rows.groups : 1 }) };
      const capture = this.#capture && this.#tokens !== undefined && rows !== null && stepGraphs.has(graph);
      const options: InferenceSession.SessionOptions = {
        executionProviders: [provider(this.#runtime, this.#backend)],
        externalData: weights ? [{ path: weights.location, data: weights.data }] : [],
        freeDimensionOverrides: sizes,
        preferredOutputLocation: this.#location(graph, rows),
        logSeverityLevel: this.#logSeverity,
        logVerbosityLevel: 0,
      };
      const { ort, gpu } = this.#runtime;
      const made = await ort.InferenceSession.create(model, capture ? withCapture(options) : options);
      const session = capture ? new CapturedSession(made, gpu!.device, ort, sizes) : plain(made);
      this.#sessions.set(key, session);
      return session;
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new StudioError('graph-failed', `The graph ${graph} could not be opened on ${this.#backend}. Load the pack again, or try the other backend.`, words);
    }
  }
}
