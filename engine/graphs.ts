/** What the decode loop asks of the graphs of a pack (engine/decode-graphs.ts), whatever the runtime. */
import type { Stage } from './log.ts';
import type { Span } from './patchify.ts';
import type { Choice, DecodeLogits, SamplingRules } from './sampling.ts';

/** A position of an image of the batch: its token x_t. */
export interface Position {
  /** Index in the batch. */
  image: number;
  t: number;
}

export interface TokenStep extends Position {
  token: number;
}

/** Slot 0 with span null is the class slot; slot m takes the closed patch m - 1. */
export interface PatchStep {
  image: number;
  slot: number;
  span: Span | null;
}

/** Times a piece of work as a stage of the tokens under way of these images. */
export type Timed = <T>(stage: Stage | null, images: readonly Pick<Position, 'image'>[], work: () => T | Promise<T>) => Promise<T>;

/** A position whose token is decoded, and the patch that it is in. */
export interface DecodeStep extends Position {
  patch: number;
}

export interface TokenRequest extends DecodeStep {
  rules: SamplingRules;
  /** uint32; the noise of a token is fixed by it and t. */
  seed: number;
  /** Scored in place of a token of its own. */
  forced: number | undefined;
  /** Whether e_t is read from the logits of x_t: those of the null class's row. */
  nullEntropy: boolean;
}

export interface TokenResult {
  choice: Choice;
  /** e_t in nats of the null class's row; null where it was not asked for. */
  nullEntropy: number | null;
}

/** The window of one image, answered where it was made. */
export interface DeviceAnswers {
  /** Of every position. */
  results: TokenResult[];
  /** e_t in nats of the positions from the window's second one on, by the answers and the drafts behind them; empty where the entropy model did not run. */
  entropies: ArrayLike<number>;
}

/**
 * The graphs over a batch of images, which may be out of step with each other. Every step names the positions that take part,
 * those of an image one after the other, at most as many as the batch was begun with; answers are in their order. What a step
 * writes of a position takes the place of what was there: drafts are written again. Under guidance patch
 * transformer and decoder run two rows of each image: its class's, and that of the class to move away from.
 */
export interface BatchGraphs {
  /** Feeds x_t to the entropy model: e_{t+1} in nats. */
  entropyStep(steps: readonly TokenStep[]): Promise<ArrayLike<number>>;
  /** Feeds x_t to the patch encoder; h, k, v of t stay inside for the decoder and the patch's pooling. */
  encoderStep(steps: readonly TokenStep[]): Promise<void>;
  /** The conditioning of the patches stays inside. */
  patchStep(steps: readonly PatchStep[]): Promise<void>;
  /** Logits of x_t from h of x_{t-1} and the conditioning of its patch. */
  decoderStep(steps: readonly DecodeStep[]): Promise<DecodeLogits[]>;
  /**
   * There for a batch of one where sampling runs beside the graphs: decoder, sampling, encoder and entropy model
   * (where `scored`) in one go. Tokens never leave the device in between, and there is one wait at the end. How many of them
   * will be settled is not known then: those that the next window may need are all read, `drafts` (engine/window.ts) included.
   */
  readonly tokenStep?: ((tokens: readonly TokenRequest[], drafts: readonly number[], scored: boolean, timed: Timed) => Promise<DeviceAnswers>) | undefined;
  /** Frees tensors (not the sessions). */
  dispose(): void;
}

/** The graphs of a pack, one batch after the other. */
export interface DecodeGraphs {
  /** Positions of an image that steps take at once, at most. */
  readonly mostPositions: number;
  /**
   * A batch with empty caches; the one before it ends. The class index of every image; under guidance that of its second row (the null
   * class's, unless the settings name another), else null; positions of an image that steps will take at once.
   */
  begin(classes: readonly number[], against: readonly number[] | null, positions: number): BatchGraphs;
  /** Ends the batch under way. */
  dispose(): void;
}

/** Whole-picture graphs. */
export interface PictureGraphs {
  /** picture [3, S, S] in [-1, 1] -> tokens [T]. */
  encode(picture: Float32Array): Promise<Int32Array>;
  /** tokens [T] -> picture [3, S, S] in [-1, 1], not clipped. Of a tokenizer with strips, also r whole rows of tokens -> [3, r x factor, S]. */
  decode(tokens: ArrayLike<number>): Promise<Float32Array>;
  /** tokens [T] -> entropies [T] with e_0 = +Infinity; e_i of token i. */
  entropyAll(tokens: ArrayLike<number>): Promise<Float32Array>;
}
