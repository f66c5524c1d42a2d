import type { TaggedError } from '../engine/errors.ts';
import type { BrowserBackend, TokenEvent } from '../engine/log.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { ImageTimes } from '../engine/measure.ts';
import type { Phrase } from '../engine/phrase.ts';
import type { Settings } from '../engine/settings.ts';
import type { Stored } from '../packs/file-cache.ts';
import type { WindowChoice } from './window-choice.ts';

/** Everything that crosses the worker boundary is plain data; the calls themselves are typed by `InferenceService`. */

/** A failure as a value: an error that comlink passes on has no code. */
export interface Failure extends TaggedError {
  ok: false;
}

export type Result<T> = { ok: true; value: T } | Failure;

export interface LoadRequest {
  /** Address of `manifest.json`; the pack's files are resolved against it. */
  manifestUrl: string;
  /** The manifest, where the page has it already: page and worker then hold the same version. */
  manifest?: unknown;
  /** Files of a pack from a folder or zip by hash; nothing of it is fetched then. */
  files?: Record<string, Blob>;
  backend: 'auto' | BrowserBackend;
  /** Defaults to the manifest's choice for the backend. */
  variant?: string;
}

export type LoadStage = 'manifest' | 'weights' | 'runtime' | 'graphs' | 'self-test' | 'sessions';

export interface LoadProgress {
  stage: LoadStage;
  /** Bytes of the whole download so far and in all; steps done and in all for the other stages. */
  loaded: number;
  total: number;
  /** What is being worked on: a file, a graph or a backend. */
  label: string;
  /** What the download still takes at the present speed; null while that is not known. */
  secondsLeft?: number | null;
  /** Why nothing comes at the moment. */
  waiting?: Phrase;
}

/** What the self-test found on one backend. */
export interface BackendTrial {
  backend: BrowserBackend;
  /** Golden values reproduced within tolerance. */
  correct: boolean;
  /** Null when the backend is not there or failed before a token was timed. */
  msPerToken: number | null;
  /** Largest absolute difference from the golden entropies and logits. */
  maxError: number | null;
  /** Why it was not chosen or could not run; null for the one in use. */
  reason: Phrase | null;
  /** On a GPU where recorded kernels were tried: milliseconds a token with and without them, and whether they are used. */
  capture?: { used: boolean; msPerToken: number | null; withoutMs: number };
}

export interface LoadReport {
  manifest: Manifest;
  packHash: string;
  variant: string;
  backend: BrowserBackend;
  trials: BackendTrial[];
  /** Tokens a pass: what was timed, and what is used where nothing else is asked for. */
  passes: WindowChoice;
  /** Name of the GPU adapter, when WebGPU is there. */
  adapter: string | null;
  bytes: { total: number; fromCache: number };
  /** Whether the next visit finds the files: full when there was no room, none without storage. */
  stored: Stored;
  ms: number;
}

export interface GenerateRequest {
  class: number;
  seed: number;
  settings: Settings;
  /** Tokens to keep as they are before sampling goes on, from token 0. */
  given?: number[];
  /** The log so far of an interrupted run: its tokens are kept, and only events after them are sent. */
  resume?: { token: number; entropy: number | null; pass?: number }[];
}

/** A picture of the tokens so far; cells not decoded yet are transparent. */
export interface Picture {
  rgba: Uint8ClampedArray<ArrayBuffer>;
  size: number;
  /** Number of decoded cells, in raster order. */
  cells: number;
}

/** A picture cut to the pack's size and turned into tokens. */
export interface Tokenized {
  tokens: number[];
  /** What the tokens paint. */
  reconstruction: Picture;
  /** Of the reconstruction against the picture, in dB. */
  psnr: number;
}

/** Buffers on the GPU that still hold memory, onnxruntime's included. */
export interface GpuMemory {
  buffers: number;
  bytes: number;
}

export interface GenerateReport {
  digest: string;
  /** False when stopped; the events received so far stay valid. */
  complete: boolean;
  tokens: number;
  /** Milliseconds: whole run, and the previews' share of it. */
  times: { total: number; preview: number };
  /** Of the whole worker, when WebGPU is there. */
  gpuMemory: GpuMemory | null;
}

/** How an image is decoded: in dynamic patches, in static ones (as many as the pack's held-out pictures have on average), with P_max = 1 on the same weights, or by a plain GPT. */
export type Way = 'dynamic' | 'static' | 'single' | 'gpt';

export interface MeasureRequest {
  /** A pack of kind gpt to compare with; fetched if need be. */
  baseline?: Pick<LoadRequest, 'manifestUrl'>;
  /** Only whole images of these ways, on the backend of the loaded model; absent: every backend, with the times of its graphs. */
  only?: readonly Way[];
}

/** One image with a clock on every graph. */
export type Measured = ImageTimes & { backend: BrowserBackend; way: Way };
/** `done`: share of all, 0 to 1; image 0 warms up. */
export type MeasureProgress =
  | { stage: 'download'; done: number; title: string; loaded: number; total: number }
  | { stage: 'image'; done: number; backend: BrowserBackend; way: Way; image: number; of: number };

export interface DeviceMeasurement {
  measured: Measured[];
  /** Backends that broke down. */
  failures: { backend: BrowserBackend; reason: Phrase }[];
  adapter: string | null;
  /** Of onnxruntime-web; threads of the WASM backend. */
  runtime: { version: string; build: string; threads: number };
  baseline: { manifest: Manifest; variant: string } | null;
}

export type OnProgress = (progress: LoadProgress) => void;
/**
 * The first number is the index of the request; drafts: guesses at the tokens after the events, where a pass settles several;
 * window: positions of the passes so far, null where they did not all have as many.
 */
export type OnEvents = (image: number, ...made: EventsOfImage) => void;
export type EventsOfImage = [events: TokenEvent[], drafts?: readonly number[], window?: number | null];
export type OnPicture = (image: number, picture: Picture) => void;

/** What the worker reports while a call is under way, all over one callback. */
export type WorkerEvent =
  | { kind: 'progress'; progress: LoadProgress }
  /** image: index of the request. */
  | { kind: 'events'; image: number; events: TokenEvent[]; drafts?: readonly number[]; window?: number | null }
  | { kind: 'picture'; image: number; picture: Picture }
  /** Graphs failed with several positions: from here on a pass decodes one. */
  | { kind: 'one-a-pass'; reason: Phrase }
  | { kind: 'measuring'; progress: MeasureProgress };
export type OnWorkerEvent = (event: WorkerEvent) => unknown;
