import { transfer } from 'comlink';
import { Ending } from '../engine/ending.ts';
import { StudioError } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import type { GraphName } from '../engine/manifest.ts';
import { psnr } from '../engine/picture.ts';
import type { Attention, AttentionRun } from '../engine/attention.ts';
import type {
  DeviceMeasurement, Failure, GenerateReport, GenerateRequest, LoadReport, LoadRequest, MeasureRequest, WorkerEvent, OnWorkerEvent, Picture, Result, Tokenized,
} from './messages.ts';
import { addGraph } from '../packs/extra-graphs.ts';
import { generate } from './generate.ts';
import { closeModel, openModel, type Model } from './model.ts';
import { toPicture } from './picture.ts';
import { Preview } from './preview.ts';
import { SerialQueue } from './queue.ts';
import { asResult, failed, isOutOfMemory, outOfMemory } from './results.ts';
import type { Gpu } from './runtime.ts';

/** How long the report of a lost device may take. */
const LOST_MS = 200;

/** Lets messages such as `stop` in: on the processor a graph's promise settles without ever leaving the task. */
const breathe = () => new Promise<void>((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
});

/** What the page can ask of the worker. Every call resolves to a `Result`; `load` and `generate` exclude each other. */
export class InferenceService {
  readonly #queue = new SerialQueue();
  readonly #device: { gpu?: Gpu | null } = {};
  #onEvent: OnWorkerEvent = () => undefined;
  #reported: unknown;
  #model: Model | null = null;
  #source: LoadRequest | null = null;
  #abort: AbortController | null = null;
  #lost = false;
  /** The GPU's, since the last load began. */
  #outOfMemory = false;
  /** Ends calls on the GPU when it is lost. */
  readonly #deviceLost = new Ending<Failure>();

  /** One callback for all events, given once. */
  connect(onEvent: OnWorkerEvent): void {
    this.#onEvent = onEvent;
  }

  load(request: LoadRequest): Promise<Result<LoadReport>> {
    return this.#call(async () => {
      if (this.#model) await closeModel(this.#model);
      this.#model = null;
      this.#outOfMemory = false;
      const { model, report } = await openModel(
        request, this.#queue, (progress) => this.#report({ kind: 'progress', progress }), this.#device, (device) => this.#watch(device),
      );
      this.#model = model;
      this.#source = request;
      return report;
    }, request.backend !== 'wasm');
  }

  /** One picture, or several at once where the pack can; a report for each. */
  generate(requests: GenerateRequest[]): Promise<Result<GenerateReport[]>> {
    return this.#call(() => this.#exclusive((signal) => generate(this.#ready(), requests, {
      signal, breathe, report: (event) => this.#report(event), check: () => this.#checkGpu(), lossKnown: () => this.#lossKnown(),
      gpuMemory: () => (this.#device.gpu ? { ...this.#device.gpu.memory } : null),
    })));
  }

  /** Ends the run after the token under way. */
  stop(): void {
    this.#abort?.abort();
  }

  paint(tokens: number[]): Promise<Result<Picture>> {
    return this.#call(async () => {
      const { pictures, pack, neutral } = this.#ready();
      this.#checkTokens(tokens, pack.manifest.grid.tokens);
      const picture = await new Preview(pictures, pack.manifest, neutral).paint(0, tokens);
      return transfer(picture, [picture.rgba.buffer]);
    });
  }

  /** Tokens of a picture [3, S, S] in [-1, 1], and what they paint. The first call fetches the tokenizer's encoder. */
  tokenize(planes: Float32Array): Promise<Result<Tokenized>> {
    return this.#call(async () => {
      const { pictures, pack } = this.#ready();
      const { image, grid } = pack.manifest;
      if (planes.length !== 3 * image.size ** 2) throw new StudioError('bad-argument', say`The pack ${pack.manifest.name} reads pictures of ${image.size} x ${image.size} pixels.`);
      await this.#need('tokenizer_encoder');
      const tokens = Array.from(await pictures.encode(planes));
      const painted = await pictures.decode(tokens);
      const reconstruction = toPicture(painted, image.size, grid.width);
      return transfer({ tokens, reconstruction, psnr: psnr(planes, painted) }, [reconstruction.rgba.buffer]);
    });
  }

  /** Entropies [T] in nats of all tokens of an image, e_0 null. The first call fetches the whole-image entropy graph. */
  score(tokens: number[]): Promise<Result<(number | null)[]>> {
    return this.#call(async () => {
      const { pictures, pack } = this.#ready();
      const { tokens: count } = pack.manifest.grid;
      this.#checkTokens(tokens, count);
      await this.#need('entropy_all');
      const padded = new Int32Array(count);
      padded.set(tokens);
      // Causal: what stands in for missing tokens does not reach those before.
      const entropies = (await pictures.entropyAll(padded)).subarray(0, tokens.length);
      const wrong = entropies.subarray(1).findIndex((entropy) => !Number.isFinite(entropy));
      if (wrong >= 0) throw new StudioError('graph-failed', say`The entropy model gave ${entropies[wrong + 1]!} for token ${wrong + 1}. Try the other backend, or the variant fp32.`);
      return Array.from(entropies, (entropy, i) => (i === 0 ? null : entropy));
    });
  }

  /** What attends to what in an image, whole or begun. The first call fetches the graphs and the code for it. */
  attend(image: AttentionRun): Promise<Result<Attention>> {
    return this.#call(async () => {
      const { runner, pack: { manifest } } = this.#ready();
      this.#checkTokens(image.tokens, manifest.grid.tokens);
      const { attentionGraphs, attentionOf } = await import('../engine/attention.ts');
      for (const graph of attentionGraphs[manifest.kind]) await this.#need(graph);
      const found = await attentionOf(runner, manifest, image);
      return transfer(found, [found.cells.weights.buffer, ...(found.patches ? [found.patches.weights.buffer] : [])]);
    });
  }

  /** Times images in every way and on every backend at hand. The first call fetches the code for it. */
  measure(request: MeasureRequest): Promise<Result<DeviceMeasurement>> {
    return this.#call(() => this.#exclusive(async (signal) => {
      const model = this.#ready();
      const { measureDevice } = await import('./measure.ts');
      return measureDevice(model, request, { queue: this.#queue, signal, breathe, progress: (progress) => this.#report({ kind: 'measuring', progress }) });
    }));
  }

  /** One at a time; `stop` aborts it. */
  async #exclusive<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#abort) throw new StudioError('busy', say`A picture is already being generated. Stop it first.`);
    const { signal } = this.#abort = new AbortController();
    try {
      return await work(signal);
    } finally {
      this.#abort = null;
    }
  }

  #need(graph: GraphName): Promise<void> {
    const { pack } = this.#ready();
    return addGraph(pack, graph, this.#source!, (state) => this.#report({ kind: 'progress', progress: { stage: 'weights', label: graph, ...state } }));
  }

  /** At most an image's tokens, each one of the pack's codes. */
  #checkTokens(tokens: readonly number[], most: number): void {
    const { name, vocab } = this.#ready().pack.manifest;
    if (tokens.length <= most && tokens.every((token) => Number.isInteger(token) && token >= 0 && token < vocab)) return;
    throw new StudioError('bad-argument', say`The pack ${name} takes up to ${most} tokens from 0 to ${vocab - 1}.`);
  }

  /** From its first moment on: a device can be lost while the model is still being loaded. */
  #watch(device: GPUDevice): void {
    void device.lost.then(({ message }) => {
      this.#lost = true;
      this.#deviceLost.end(failed(new StudioError('worker-lost', say`The GPU was lost.`, quote(message))));
    });
    device.addEventListener('uncapturederror', ({ error }) => { this.#outOfMemory ||= error instanceof GPUOutOfMemoryError; });
  }

  /** Without its device or its memory a graph on the GPU may answer nonsense and no error: nothing of it is taken. */
  #checkGpu(): void {
    if (this.#model?.backend === 'webgpu' && (this.#lost || this.#outOfMemory)) throw new StudioError('graph-failed', say`The GPU gave out while the model was running.`);
  }

  /** What fails by a lost device may fail before the loss is reported. */
  async #lossKnown(onGpu = this.#model?.backend === 'webgpu'): Promise<void> {
    if (onGpu && !this.#lost) await this.#deviceLost.race(new Promise((resolve) => setTimeout(resolve, LOST_MS)));
  }

  #ready(): Model {
    if (!this.#model) throw new StudioError('not-loaded', say`No model is loaded. Load a pack first.`);
    return this.#model;
  }

  #report(event: WorkerEvent): void {
    const taken = this.#onEvent(event.kind === 'picture' ? transfer(event, [event.picture.rgba.buffer]) : event);
    // What the page throws is the page's.
    this.#reported = Promise.resolve(taken).catch(() => undefined);
  }

  /**
   * The result leaves after the page has taken the last event, so a picture is never newer than its run. What waits for a
   * lost device may wait for ever, so a call that uses the GPU ends with it; any other goes on without it.
   */
  async #call<T>(work: () => Promise<T>, onGpu = this.#model?.backend === 'webgpu'): Promise<Result<T>> {
    const called = asResult(async () => {
      const value = await work();
      this.#checkGpu();
      return value;
    });
    const result = await (onGpu ? this.#deviceLost.race(called) : called);
    await this.#reported;
    if (result.ok) return result;
    await this.#lossKnown(onGpu);
    if ((onGpu && this.#outOfMemory) || isOutOfMemory(result)) return outOfMemory(result);
    if (!onGpu || !this.#lost) return result;
    return { ...result, code: 'worker-lost', message: say`The browser took the GPU away. Load the model again; nothing has to be downloaded twice.` };
  }
}
