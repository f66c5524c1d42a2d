/** What the decode loop of several images asks of the graphs. Every step names the images (rows) that take part, each once. */
import type { DecodeLogits, Span } from '../graphs.ts';

/** x_t of one row. */
export interface TokenStep {
  row: number;
  t: number;
  token: number;
}

/** As in DecodeGraphs: slot 0 with span null is the class slot. */
export interface PatchStep {
  row: number;
  slot: number;
  span: Span | null;
}

export interface LogitsStep {
  row: number;
  t: number;
}

/** DecodeGraphs of R images, rows out of step with each other; answers are in the order of the steps. */
export interface BatchGraphs {
  /** Empties all caches; a class index for every row. */
  begin(groups: 1 | 2, classes: readonly number[]): Promise<void>;
  entropyStep(steps: readonly TokenStep[]): Promise<ArrayLike<number>>;
  encoderStep(steps: readonly TokenStep[]): Promise<void>;
  patchStep(steps: readonly PatchStep[]): Promise<void>;
  decoderStep(steps: readonly LogitsStep[]): Promise<DecodeLogits[]>;
  /** Frees tensors (not the sessions). */
  dispose(): void;
}
