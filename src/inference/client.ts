import * as Comlink from 'comlink';
import { Ending } from '../../engine/ending.ts';
import type { ErrorCode } from '../../engine/errors.ts';
import { quote, say, type Phrase } from '../../engine/phrase.ts';
import type { InferenceService } from '../../workers/inference-service.ts';
import type { Attention, AttentionRun } from '../../engine/attention.ts';
import type {
  DeviceMeasurement, Failure, GenerateReport, GenerateRequest, LoadReport, LoadRequest, MeasureProgress, MeasureRequest, WorkerEvent, OnEvents, OnPicture,
  OnProgress, Picture, Result, Tokenized,
} from '../../workers/messages.ts';
import { startWatchdog } from './watchdog.ts';

export type * from '../../workers/messages.ts';

export interface ClientOptions {
  /** Makes the worker; tests give their own. */
  spawn?: () => Worker;
  /** A load that reports no progress, or a run that sends no token, for this long has hung. Milliseconds. */
  loadStallMs?: number;
  runStallMs?: number;
  /** How long a stopped run may take to end by itself before the worker is terminated. */
  graceMs?: number;
  /** Graphs failed with several tokens a pass; runs go on with one. */
  onOneAPass?: (reason: Phrase) => void;
  /** Gets what the page throws when it takes an event; by default it is an uncaught error of the page. */
  report?: (error: unknown) => void;
}

interface Line {
  worker: Worker;
  remote: Comlink.Remote<InferenceService>;
  /** Ends every call when the worker has ended. */
  lost: Ending<Failure>;
  /** It has answered. */
  started: boolean;
}

interface CallOptions {
  stallMs: number;
  signal?: AbortSignal;
  onAbort?: () => void;
  onWorkerEvent?: (event: WorkerEvent) => void;
}

const loading = (onProgress: OnProgress) => (event: WorkerEvent) => { if (event.kind === 'progress') onProgress(event.progress); };

const failure = (code: ErrorCode, message: Phrase, detail?: Phrase): Failure => ({ ok: false, code, message, detail });

/** Its script did not come, or may not be used. */
const notStarted = (why: string): Failure => failure('worker-lost', say`The worker that runs the model could not be started: the network, the browser or a policy of this site's host keeps its script away. Try again.`, quote(why));

/** Addresses are the page's, not the worker script's. */
const absolute = (url: string) => (typeof document === 'undefined' ? url : new URL(url, document.baseURI).href);

const spawnWorker = () => new Worker(new URL('../../workers/inference.worker.ts', import.meta.url), { type: 'module', name: 'inference' });

/**
 * The page's handle of the inference worker. comlink never settles a call whose worker died, so every call races the
 * worker's error events, a watchdog and its AbortSignal. Calls resolve to a `Result`; none rejects. A worker that was
 * lost or terminated is replaced by the next `load`, which finds its files in the cache.
 */
export class InferenceClient {
  readonly #options: Required<ClientOptions>;
  #line: Line | null = null;
  #loaded = false;
  /** Why a loaded model is there no more, until the next load. */
  #ended: Failure | null = null;
  #run: Promise<unknown> | null = null;
  /** The last load. */
  #load: Promise<unknown> | null = null;
  /** A call that takes a moment: pictures and others of its kind wait for it. */
  #brief: Promise<unknown> | null = null;
  /** Ends what waits for a brief call when somebody stops. */
  #stopping = new Ending<'stopped'>();
  #beat: () => void = () => undefined;
  #onWorkerEvent: (event: WorkerEvent) => void = () => undefined;

  constructor(options: ClientOptions = {}) {
    this.#options = { spawn: spawnWorker, loadStallMs: 120_000, runStallMs: 60_000, graceMs: 5_000, onOneAPass: () => undefined, report: (error) => reportError(error), ...options };
  }

  /** A pack is ready in a living worker. */
  get loaded(): boolean {
    return this.#loaded && this.#line !== null;
  }

  /** Loads a pack; ends a load or run under way. Aborting drops the worker, files that have arrived stay cached. */
  async load(request: LoadRequest, onProgress: OnProgress, signal?: AbortSignal): Promise<Result<LoadReport>> {
    if (this.#run || this.#brief) this.#drop(failure('aborted', say`Another pack is being loaded.`));
    this.#loaded = false;
    this.#ended = null;
    const load = this.#exclusive(async () => {
      const aborted = () => this.#drop(failure('aborted', say`Loading was cancelled.`));
      const manifestUrl = absolute(request.manifestUrl);
      const send = () => this.#call((remote) => remote.load({ ...request, manifestUrl }), {
        stallMs: this.#options.loadStallMs, signal, onAbort: aborted, onWorkerEvent: loading(onProgress),
      });
      const kept = this.#line !== null;
      let result = await send();
      // A worker whose GPU was lost before says nothing of a fresh one.
      if (!result.ok && result.code === 'worker-lost' && kept && this.#line === null) result = await send();
      this.#loaded = result.ok;
      return result;
    });
    this.#load = load;
    return load;
  }

  /** One picture, or several at once where the pack's graphs take them (its `batch`). Stopping resolves with `complete: false`. */
  async generate(requests: GenerateRequest[], onEvents: OnEvents, onPicture: OnPicture): Promise<Result<GenerateReport[]>> {
    return this.#afterBrief('stopped', () => this.#call((remote) => remote.generate(requests), {
      stallMs: this.#options.runStallMs,
      onWorkerEvent: (event) => {
        if (event.kind === 'events') onEvents(event.image, event.events, event.drafts, event.window);
        else if (event.kind === 'picture') onPicture(event.image, event.picture);
      },
    }));
  }

  /** Asks the run to stop between two tokens; terminates the worker when it does not within the grace time. A load goes on: aborting ends it. */
  async stop(): Promise<void> {
    this.#stopping.end('stopped');
    this.#stopping = new Ending();
    const run = this.#run;
    const line = this.#line;
    if (!run || !line || run === this.#load) return;
    line.remote.stop().catch(() => undefined);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const grace = new Promise<'late'>((resolve) => { timer = setTimeout(resolve, this.#options.graceMs, 'late'); });
    if ((await Promise.race([run, grace])) === 'late' && this.#line === line) {
      this.#drop(failure('stopped', say`The run did not stop by itself, so the model was unloaded. Load it again to go on.`));
    }
    clearTimeout(timer);
  }

  /** The picture of all T tokens. */
  async paint(tokens: number[]): Promise<Result<Picture>> {
    if (!this.loaded) return this.#notLoaded();
    return this.#call((remote) => remote.paint(tokens), { stallMs: this.#options.runStallMs });
  }

  /** Tokens of a picture [3, S, S] in [-1, 1] at the pack's size, their reconstruction and its PSNR. */
  async tokenize(planes: Float32Array, onProgress: OnProgress): Promise<Result<Tokenized>> {
    return this.#briefly((remote) => remote.tokenize(planes), onProgress);
  }

  /** Entropies in nats of up to T tokens, null for the first. */
  async score(tokens: number[], onProgress: OnProgress): Promise<Result<(number | null)[]>> {
    return this.#briefly((remote) => remote.score(tokens), onProgress);
  }

  /** What attends to what in an image. */
  async attend(image: AttentionRun, onProgress: OnProgress): Promise<Result<Attention>> {
    return this.#briefly((remote) => remote.attend(image), onProgress);
  }

  /** Times this device; stopping or aborting ends it with `aborted`. */
  async measure(request: MeasureRequest, onProgress: (progress: MeasureProgress) => void, signal?: AbortSignal): Promise<Result<DeviceMeasurement>> {
    return this.#afterBrief('aborted', () => this.#call((remote) => remote.measure(request), {
      stallMs: this.#options.loadStallMs, signal, onAbort: () => void this.stop(),
      onWorkerEvent: (event) => { if (event.kind === 'measuring') onProgress(event.progress); },
    }));
  }

  /** Resolves when nothing that can be stopped has the worker to itself. */
  async free(): Promise<void> {
    while (this.#run) await this.#run;
  }

  dispose(): void {
    this.#drop(failure('aborted', say`The studio was closed.`));
  }

  /**
   * A call that can be stopped and has the worker to itself. It waits for a brief one, and is refused beside another of its kind.
   * Stopped while it waits, it ends at once, with that code.
   */
  async #afterBrief<T>(code: 'stopped' | 'aborted', job: () => Promise<Result<T>>): Promise<Result<T>> {
    const stopping = this.#stopping;
    while (this.#brief) if ((await stopping.race(this.#brief)) === 'stopped') return failure(code, say`It was cancelled before it began.`);
    if (this.#run) return failure('busy', say`A picture is already being generated. Stop it first.`);
    if (!this.loaded) return this.#notLoaded();
    return this.#exclusive(job);
  }

  /** A brief call, which may first have to fetch its graph. It waits for the one before it, and is refused while a picture is being made. */
  async #briefly<T>(send: (remote: Line['remote']) => Promise<Result<T>>, onProgress: OnProgress): Promise<Result<T>> {
    while (this.#brief) await this.#brief;
    if (this.#run) return failure('busy', say`A picture is being generated. Wait for it, or stop it first.`);
    if (!this.loaded) return this.#notLoaded();
    const brief = this.#call(send, { stallMs: this.#options.loadStallMs, onWorkerEvent: loading(onProgress) });
    this.#brief = brief;
    return brief.finally(() => { if (this.#brief === brief) this.#brief = null; });
  }

  /** A worker lost while nothing was asked of it answers like one lost in a call, so that whoever asks next can recover. */
  #notLoaded(): Failure {
    return this.#ended ?? failure('not-loaded', say`No model is loaded. Load a pack first.`);
  }

  #exclusive<T>(job: () => Promise<T>): Promise<T> {
    const run = job().finally(() => { if (this.#run === run) this.#run = null; });
    this.#run = run;
    return run;
  }

  async #call<T>(send: (remote: Line['remote']) => Promise<Result<T>>, options: CallOptions): Promise<Result<T>> {
    const { signal, onAbort, onWorkerEvent, stallMs } = options;
    if (signal?.aborted) return failure('aborted', say`It was cancelled before it began.`);
    let line: Line;
    try {
      line = this.#open();
    } catch (error) {
      return notStarted(String(error));
    }
    const watchdog = startWatchdog(stallMs, () => {
      const seconds = Math.round(stallMs / 1000);
      this.#drop(failure('timeout', say`The model did not respond for ${seconds} seconds and was unloaded. Load it again.`), line);
    });
    if (onWorkerEvent) {
      this.#onWorkerEvent = onWorkerEvent;
      this.#beat = watchdog.beat;
    }
    if (onAbort) signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const result = await line.lost.race(
        send(line.remote).catch((error: unknown) => failure('worker-lost', say`The call to the model failed. Load it again.`, quote(error))),
      );
      // After a lost GPU or without memory no session works again in the same worker.
      if (!result.ok && (result.code === 'worker-lost' || result.code === 'out-of-memory')) this.#drop(result, line);
      return result;
    } finally {
      watchdog.stop();
      if (onAbort) signal?.removeEventListener('abort', onAbort);
      if (onWorkerEvent && this.#onWorkerEvent === onWorkerEvent) {
        this.#onWorkerEvent = () => undefined;
        this.#beat = () => undefined;
      }
    }
  }

  #open(): Line {
    if (this.#line) return this.#line;
    const worker = this.#options.spawn();
    const line: Line = { worker, remote: Comlink.wrap<InferenceService>(worker), lost: new Ending(), started: false };
    const onLost = (event: Event) => {
      const detail = (event as ErrorEvent).message || event.type;
      this.#drop(line.started ? failure('worker-lost', say`The model stopped unexpectedly. Load it again; nothing has to be downloaded twice.`, quote(detail)) : notStarted(detail), line);
    };
    worker.addEventListener('error', onLost);
    worker.addEventListener('messageerror', onLost);
    const notify = (event: WorkerEvent) => {
      if (this.#line !== line) return;
      this.#beat();
      try {
        if (event.kind === 'one-a-pass') this.#options.onOneAPass(event.reason);
        this.#onWorkerEvent(event);
      } catch (error) {
        // What the page cannot show takes nothing from the worker's run.
        this.#options.report(error);
      }
    };
    line.remote.connect(Comlink.proxy(notify)).then(() => { line.started = true; }, () => undefined);
    this.#line = line;
    return line;
  }

  /** Ends the worker and settles all calls on it. */
  #drop(reason: Failure, line = this.#line): void {
    if (!line || this.#line !== line) return;
    this.#line = null;
    if (this.#loaded && reason.code !== 'aborted') this.#ended = reason;
    this.#loaded = false;
    line.worker.terminate();
    line.lost.end(reason);
  }
}

/** The client's public side, for stores and their tests. */
export type InferenceClientApi = Pick<InferenceClient, keyof InferenceClient>;
