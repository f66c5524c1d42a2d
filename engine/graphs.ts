/** What the decode loop asks of the graphs of a pack. Implemented once a kind, in session-graphs.ts and gpt-graphs.ts, for every runtime. */
import type { Stage } from './log.ts';
import type { Choice, SamplingRules } from './sampling.ts';

/** Columns and row that Dynamic RoPE sees, and the tokens of a closed patch: start <= i <= end. */
export interface Span {
  start: number;
  end: number;
}

export interface DecodeLogits {
  /** [V] of the class row. */
  classLogits: Float32Array;
  /** [V] of the null row; null without guidance. */
  nullLogits: Float32Array | null;
}

/** Times a piece of work as a stage of the token under way. */
export type Timed = <T>(stage: Stage | null, work: () => T | Promise<T>) => Promise<T>;

export interface TokenRequest {
  t: number;
  rules: SamplingRules;
  /** uint32; the noise of a token is fixed by it and t. */
  seed: number;
  /** Scored in place of a token of its own. */
  forced: number | undefined;
  /** What x_t is fed to: nothing after the last token, the entropy model only where its entropies are used. */
  feed: 'none' | 'encoder' | 'all';
  timed: Timed;
}

export interface TokenResult {
  choice: Choice;
  /** e_{t+1} in nats; null where the entropy model did not run. */
  entropy: number | null;
}

/** One image at a time; groups = 2 runs a class row and a null row through patch transformer and decoder. */
export interface DecodeGraphs {
  /** Empties all caches. `classIndex` is that of the class row. */
  begin(groups: 1 | 2, classIndex: number): Promise<void>;
  /** Feeds x_t to the entropy model: e_{t+1} in nats. */
  entropyStep(t: number, token: number): Promise<number>;
  /** Feeds x_t to the patch encoder; h, k, v of t stay inside for the decoder and the patch's pooling. */
  encoderStep(t: number, token: number): Promise<void>;
  /** Slot 0 with span null is the class slot; slot m takes the closed patch m - 1. The conditioning of patch `slot` stays inside. */
  patchStep(slot: number, span: Span | null): Promise<void>;
  /** Logits of x_t from h of x_{t-1} and the conditioning of the open patch. */
  decoderStep(t: number): Promise<DecodeLogits>;
  /**
   * There where sampling runs beside the graphs: decoder, sampling, encoder and entropy model in one go. x_t never leaves the
   * device in between, and there is one wait at the end.
   */
  readonly tokenStep?: ((request: TokenRequest) => Promise<TokenResult>) | undefined;
  /** Frees tensors (not the sessions). */
  dispose(): void;
}

/** Whole-picture graphs. */
export interface PictureGraphs {
  /** picture [3, S, S] in [-1, 1] -> tokens [T]. */
  encode(picture: Float32Array): Promise<Int32Array>;
  /** tokens [T] -> picture [3, S, S] in [-1, 1], not clipped. */
  decode(tokens: ArrayLike<number>): Promise<Float32Array>;
  /** tokens [T] -> entropies [T] with e_0 = +Infinity; e_i of token i. */
  entropyAll(tokens: ArrayLike<number>): Promise<Float32Array>;
}
