/// <reference types="@webgpu/types" />
import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-web/webgpu';
import { StudioError } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import { sessionArguments, type CacheForm, type GraphCall, type GraphRunner } from '../engine/graph-runner.ts';
import type { OnDevice } from '../engine/on-device.ts';
import type { Groups } from '../engine/sampling.ts';
import { windowGraphs, type GraphName } from '../engine/manifest.ts';
import { sizeOf, type GraphTensor, type Tensors } from '../engine/tensors.ts';
import type { BrowserBackend } from '../engine/log.ts';
import { GpuTokens } from './on-device.ts';
import { CapturedSession, withCapture } from './captured.ts';
import { clear, storageBuffer, storageSize, WORD } from './gpu-buffers.ts';
import type { Pack } from '../packs/pack.ts';
import { SESSION_SETTINGS } from '../packs/session-settings.ts';
import { ShardedFile } from '../packs/shards.ts';
import type { SerialQueue } from './queue.ts';
import { gpuTensor, provider, type Runtime } from './runtime.ts';

/** How the runner works, where that is not as it always does. */
export interface RunnerOptions {
  /** 0 verbose (node placements) to 4 fatal. */
  logSeverity?: 0 | 1 | 2 | 3 | 4;
  /** Records the kernels of one image's step graphs on WebGPU and replays them (workers/captured.ts). */
  capture?: boolean;
}

const takesWindows = (graph: GraphName) => Object.values(windowGraphs).some((graphs) => graphs.includes(graph));

/** A session, its kernels recorded or not. */
interface StepSession {
  run(call: GraphCall): Promise<Tensors>;
  release(): Promise<void>;
}

const plain = (session: InferenceSession, form: CacheForm): StepSession => ({
  run: async (call) => {
    const { inputs, wanted } = sessionArguments(call, form);
    return (await session.run(inputs as unknown as Record<string, OnnxValue>, wanted as unknown as Record<string, OnnxValue | null>)) as Record<string, Tensor>;
  },
  release: () => session.release(),
});

/**
 * GroupQueryAttention of onnxruntime 1.30 on WebGPU: after a past up to 31 new positions are right, 32 and more give other logits
 * (docs/decisions/0012).
 */
const MOST_NEW = 31;

/**
 * The pack's graphs on one backend; sessions are made when first needed. One image on WebGPU has sessions of static shapes, two
 * of the patch transformer and the decoder where both guided and unguided runs are made; the same goes for packs of one image
 * at a time. All else runs in sessions that take any number of rows. On WebGPU caches are buffers of our own device, written
 * in place, and what the step graphs answer stays on the GPU where it can be sampled there; the CPU backend copies all inputs
 * and outputs, so there new-slot graphs run where the pack has them. Buffers of caches are used again by the
 * next image, in the order in which they were let go: recorded kernels then find them where they were.
 */
export class SessionRunner implements GraphRunner {
  readonly #onGpu: boolean;
  readonly #tokens: GpuTokens | undefined;
  readonly #sessions = new Map<string, StepSession>();
  /** Buffers of caches that nothing uses, by size; the first one let go comes first. */
  readonly #spare = new Map<number, GPUBuffer[]>();
  readonly #runtime: Runtime;
  readonly #backend: BrowserBackend;
  readonly #pack: Pack;
  readonly #queue: SerialQueue;
  readonly #logSeverity: 0 | 1 | 2 | 3 | 4;
  readonly #capture: boolean;

  constructor(runtime: Runtime, backend: BrowserBackend, pack: Pack, queue: SerialQueue, { logSeverity = 3, capture = false }: RunnerOptions = {}) {
    this.#runtime = runtime;
    this.#backend = backend;
    this.#pack = pack;
    this.#queue = queue;
    this.#logSeverity = logSeverity;
    this.#onGpu = backend === 'webgpu';
    this.#capture = capture;
    const { gpu, ort } = runtime;
    if (this.#onGpu && gpu?.sampler) this.#tokens = new GpuTokens(gpu.device, gpu.sampler, gpuTensor(ort));
  }

  get onDevice(): OnDevice | undefined {
    return this.#tokens;
  }

  get mostNew(): number | undefined {
    return this.#onGpu ? MOST_NEW : undefined;
  }

  cacheForm(graph: GraphName): CacheForm {
    if (this.#onGpu) return 'in place';
    return this.#pack.graphs.get(graph)?.byRow ? 'new slots' : 'replaced';
  }

  has(graph: GraphName): boolean {
    return this.#pack.graphs.has(graph);
  }

  tensor(type: 'float32' | 'int32', data: Float32Array | Int32Array, dims: readonly number[]): GraphTensor {
    return new this.#runtime.ort.Tensor(type as 'float32', data as Float32Array, dims);
  }

  cache(dims: readonly number[]): GraphTensor {
    if (!this.#onGpu) return this.tensor('float32', new Float32Array(sizeOf(dims)), dims);
    const { ort, gpu } = this.#runtime;
    const size = storageSize(sizeOf(dims) * WORD);
    if (!this.#spare.has(size)) this.#spare.set(size, []);
    const spare = this.#spare.get(size)!.shift();
    if (spare) clear(gpu!.device, spare);
    const buffer = spare ?? storageBuffer(gpu!.device, size);
    return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [...dims], dispose: () => this.#letGo(buffer) });
  }

  #letGo(buffer: GPUBuffer): void {
    const spare = this.#spare.get(buffer.size);
    if (spare) spare.push(buffer);
    else buffer.destroy();
  }

  run(call: GraphCall): Promise<Tensors> {
    return this.#queue.run(async () => (await this.#session(call)).run(call));
  }

  /** Makes the session of one image ahead of its first run; the test of where nodes are placed (e2e/placement) runs none. */
  open(graph: GraphName, groups: Groups = 1): Promise<void> {
    return this.#queue.run(async () => void (await this.#session({ graph, images: 1, groups, outputs: [], resident: [] })));
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

  /** Only ever called from within the queue. */
  async #session({ graph, images, groups, outputs, ...call }: Pick<GraphCall, 'graph' | 'images' | 'groups' | 'outputs' | 'resident'>): Promise<StepSession> {
    const fixed = !this.#pack.manifest.batch || (this.#onGpu && images === 1);
    const key = fixed ? `${graph}/${groups}` : graph;
    const known = this.#sessions.get(key);
    if (known) return known;
    const files = this.#pack.graphs.get(graph);
    if (!files) throw new StudioError('graph-failed', say`The graph ${graph} was not loaded.`);
    const { weights } = files;
    const form = this.cacheForm(graph);
    try {
      const sizes = { N: 1, ...(fixed && { R: 1, G: groups, rows: groups }) };
      // Windows of one image are sampled on the GPU, those of several are read, and both share a session.
      const stays = takesWindows(graph) ? outputs : call.resident;
      const resident = this.#onGpu ? stays : [];
      const all = resident.length > 0 && resident.length === outputs.length;
      // What is recorded has one shape; windows, and the patches in them, change from pass to pass.
      const capture = this.#capture && all && !takesWindows(graph);
      const options: InferenceSession.SessionOptions = {
        executionProviders: [provider(this.#runtime, this.#backend)],
        externalData: weights ? [{ path: weights.location, data: new ShardedFile(weights.shards) }] : [],
        freeDimensionOverrides: sizes,
        extra: SESSION_SETTINGS,
        preferredOutputLocation: all ? 'gpu-buffer' : Object.fromEntries(resident.map((name) => [name, 'gpu-buffer' as const])),
        logSeverityLevel: this.#logSeverity,
        logVerbosityLevel: 0,
      };
      const { ort, gpu } = this.#runtime;
      const made = await ort.InferenceSession.create(form === 'new slots' ? files.byRow! : files.model, capture ? withCapture(options) : options);
      const session = capture ? new CapturedSession(made, gpu!.device, ort, sizes) : plain(made, form);
      this.#sessions.set(key, session);
      return session;
    } catch (cause) {
      throw new StudioError('graph-failed', say`The graph ${graph} could not be opened on ${this.#backend}. Load the pack again, or try the other backend.`, quote(cause));
    }
  }
}
