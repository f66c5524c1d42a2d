/** What the decode loop asks of the graphs of a pack. Implemented once a kind, in dpar-graphs.ts and gpt-graphs.ts, for every runtime. */
import type { Stage } from './log.ts';
import type { Span } from './patchify.ts';
import type { Choice, DecodeLogits, Groups, SamplingRules } from './sampling.ts';

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

export interface TokenRequest extends Position {
  rules: SamplingRules;
  /** uint32; the noise of a token is fixed by it and t. */
  seed: number;
  /** Scored in place of a token of its own. */
  forced: number | undefined;
  /** What x_t is fed to: nothing after the last token, the entropy model only where its entropies are used. */
  feed: 'none' | 'encoder' | 'all';
  /** Whether e_t is read from the logits of x_t: those of the null row. */
  nullEntropy: boolean;
}

export interface TokenResult {
  choice: Choice;
  /** e_{t+1} in nats; null where the entropy model did not run. */
  entropy: number | null;
  /** e_t in nats of the null row; null where it was not asked for. */
  nullEntropy: number | null;
}

/**
 * The graphs over a batch of images, which may be out of step with each other. Every step names the positions that take part,
 * an image at most once; answers are in their order. Under guidance (groups = 2) patch transformer and decoder run a class row
 * and a null row of each image.
 */
export interface DecodeGraphs {
  /** Empties all caches; the class index of every image. */
  begin(groups: Groups, classes: readonly number[]): Promise<void>;
  /** Feeds x_t to the entropy model: e_{t+1} in nats. */
  entropyStep(steps: readonly TokenStep[]): Promise<ArrayLike<number>>;
  /** Feeds x_t to the patch encoder; h, k, v of t stay inside for the decoder and the patch's pooling. */
  encoderStep(steps: readonly TokenStep[]): Promise<void>;
  /** The conditioning of the patch stays inside. */
  patchStep(steps: readonly PatchStep[]): Promise<void>;
  /** Logits of x_t from h of x_{t-1} and the conditioning of the open patch. */
  decoderStep(steps: readonly Position[]): Promise<DecodeLogits[]>;
  /**
   * There, once the batch has begun, where sampling runs beside the graphs: decoder, sampling, encoder and entropy model in one
   * go. x_t never leaves the device in between, and there is one wait at the end.
   */
  readonly tokenStep?: ((tokens: readonly TokenRequest[], timed: Timed) => Promise<TokenResult[]>) | undefined;
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
