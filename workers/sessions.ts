/// <reference types="@webgpu/types" />
import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-web/webgpu';
import { StudioError } from '../engine/errors.ts';
import type { GraphRunner, GraphTensor, Tensors } from '../engine/graph-runner.ts';
import type { GraphName } from '../engine/manifest.ts';
import type { Backend } from './messages.ts';
import type { Pack } from './pack.ts';
import type { SerialQueue } from './queue.ts';
import { provider, type Runtime } from './runtime.ts';

type Groups = 1 | 2;

/** Under guidance these run on a class and a null row. */
const guided = (graph: GraphName) => graph === 'patch_transformer' || graph === 'decoder';
/** Caches are the only rank-4 tensors of the decode graphs, [rows, H, C, d]. */
const CACHE_RANK = 4;

/**
 * The pack's graphs on one backend. Sessions have static shapes, so a guided and an unguided run use two sessions of the
 * patch transformer and the decoder; each is made when first needed. On WebGPU caches are buffers of our own device,
 * written in place, and the conditioning never leaves the GPU; the CPU backend does not write into given outputs, so
 * there presents become the next pasts.
 */
export class SessionRunner implements GraphRunner {
  readonly inPlace: boolean;
  readonly #sessions = new Map<string, InferenceSession>();
  readonly #runtime: Runtime;
  readonly #backend: Backend;
  readonly #pack: Pack;
  readonly #queue: SerialQueue;
  /** 0 verbose (node placements) to 4 fatal. */
  readonly #logSeverity: 0 | 1 | 2 | 3 | 4;

  constructor(runtime: Runtime, backend: Backend, pack: Pack, queue: SerialQueue, logSeverity: 0 | 1 | 2 | 3 | 4 = 3) {
    this.#runtime = runtime;
    this.#backend = backend;
    this.#pack = pack;
    this.#queue = queue;
    this.#logSeverity = logSeverity;
    this.inPlace = backend === 'webgpu';
  }

  tensor(type: 'float32' | 'int32', data: Float32Array | Int32Array, dims: readonly number[]): GraphTensor {
    const { ort, gpu } = this.#runtime;
    if (this.inPlace && type === 'float32' && dims.length === CACHE_RANK) return this.#gpuTensor(gpu!.device, data, dims);
    return new ort.Tensor(type as 'float32', data as Float32Array, dims);
  }

  #gpuTensor(device: GPUDevice, data: Float32Array | Int32Array, dims: readonly number[]): GraphTensor {
    const buffer = device.createBuffer({
      size: Math.ceil(data.byteLength / 16) * 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    return this.#runtime.ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [...dims], dispose: () => buffer.destroy() });
  }

  run(graph: GraphName, feeds: Tensors, outputs: Record<string, GraphTensor | null>): Promise<Tensors> {
    const groups = guided(graph) ? (feeds.seqlens_k!.dims[0] as Groups) : 1;
    return this.#queue.run(async () => {
      const session = await this.#session(graph, groups);
      return (await session.run(feeds as Record<string, OnnxValue>, outputs as Record<string, OnnxValue | null>)) as Record<string, Tensor>;
    });
  }

  /** Makes a session ahead of its first run. */
  open(graph: GraphName, groups: Groups = 1): Promise<void> {
    return this.#queue.run(async () => void (await this.#session(graph, groups)));
  }

  /** Frees all sessions. */
  async release(): Promise<void> {
    await this.#queue.run(async () => {
      for (const session of this.#sessions.values()) await session.release();
      this.#sessions.clear();
    });
  }

  /** Only ever called from within the queue. */
  async #session(graph: GraphName, groups: Groups): Promise<InferenceSession> {
    const key = `${graph}/${groups}`;
    const known = this.#sessions.get(key);
    if (known) return known;
    const files = this.#pack.graphs.get(graph);
    if (!files) throw new StudioError('graph-failed', `The graph ${graph} was not loaded.`);
    const { weights, model } = files;
    try {
      const session = await this.#runtime.ort.InferenceSession.create(model, {
        executionProviders: [provider(this.#runtime, this.#backend)],
        externalData: weights ? [{ path: weights.location, data: weights.data }] : [],
        freeDimensionOverrides: { R: 1, G: groups, rows: guided(graph) ? groups : 1, N: 1 },
        preferredOutputLocation: this.inPlace && graph === 'patch_transformer' ? { cond: 'gpu-buffer' } : 'cpu',
        logSeverityLevel: this.#logSeverity,
        logVerbosityLevel: 0,
      });
      this.#sessions.set(key, session);
      return session;
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new StudioError('graph-failed', `The graph ${graph} could not be opened on ${this.#backend}. Load the pack again, or try the other backend.`, words);
    }
  }
}
