import type { ErrorCode } from '../engine/errors.ts';
import type { TokenEvent } from '../engine/log.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { Settings } from '../engine/settings.ts';

/** Everything that crosses the worker boundary is plain data; the calls themselves are typed by `InferenceService`. */

export type Backend = 'webgpu' | 'wasm';

/** A failure as a value: comlink would lose an error's code on the way. */
export interface Failure {
  ok: false;
  code: ErrorCode;
  /** For a person: names the file or field and says what to do next. */
  message: string;
  detail?: string;
}

export type Result<T> = { ok: true; value: T } | Failure;

export interface LoadRequest {
  /** Address of `manifest.json`; the pack's files are resolved against it. */
  manifestUrl: string;
  backend: 'auto' | Backend;
  /** Defaults to the manifest's choice for the backend. */
  variant?: string;
}

export type LoadStage = 'manifest' | 'weights' | 'runtime' | 'sessions' | 'self-test';

export interface LoadProgress {
  stage: LoadStage;
  /** Bytes of the whole download so far and in all; steps done and in all for the other stages. */
  loaded: number;
  total: number;
  /** What is being worked on: a file, a graph or a backend. */
  label: string;
}

/** What the self-test found on one backend. */
export interface BackendTrial {
  backend: Backend;
  /** Golden values reproduced within tolerance. */
  correct: boolean;
  /** Null when the backend is not there or failed before a token was timed. */
  msPerToken: number | null;
  /** Largest absolute difference from the golden entropies and logits. */
  maxError: number | null;
  /** Why it was not chosen or could not run; null for the one in use. */
  reason: string | null;
}

export interface LoadReport {
  manifest: Manifest;
  packHash: string;
  variant: string;
  backend: Backend;
  trials: BackendTrial[];
  /** Name of the GPU adapter, when WebGPU is there. */
  adapter: string | null;
  bytes: { total: number; fromCache: number };
  ms: number;
}

export interface GenerateRequest {
  class: number;
  seed: number;
  settings: Settings;
  /** Tokens to keep as they are before sampling goes on, from token 0. */
  given?: number[];
}

/** A picture of the tokens so far; cells not decoded yet are transparent. */
export interface Picture {
  rgba: Uint8ClampedArray<ArrayBuffer>;
  size: number;
  /** Number of decoded cells, in raster order. */
  cells: number;
}

export interface GenerateReport {
  digest: string;
  /** False when stopped; the events received so far stay valid. */
  complete: boolean;
  tokens: number;
  /** Milliseconds: whole run, and the previews' share of it. */
  times: { total: number; preview: number };
}

export type OnProgress = (progress: LoadProgress) => void;
export type OnEvents = (events: TokenEvent[]) => void;
export type OnPicture = (picture: Picture) => void;

/** What the worker tells while a call is under way, all over one callback. */
export type Notice =
  | { kind: 'progress'; progress: LoadProgress }
  | { kind: 'events'; events: TokenEvent[] }
  | { kind: 'picture'; picture: Picture };
export type Notify = (notice: Notice) => unknown;
