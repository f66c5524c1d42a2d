/** What a runtime offers whose tensors live on a GPU, so that a token costs one wait: sampling and copies beside its graphs. */
import type { NoiseAt } from './gumbel.ts';
import type { GraphTensor } from './tensors.ts';
import type { Choice, Groups, SamplingRules } from './sampling.ts';

export interface Copy {
  from: GraphTensor;
  to: GraphTensor;
  /** First element of `to` that is written. */
  at: number;
  /** First element of `from`, default 0; elements, default all of it. */
  first?: number;
  size?: number;
}

export interface SampleRequest {
  /** [rows, 1, V] of one position, or [positions, 2, V] of several: the class row of each, and its null row. */
  logits: GraphTensor;
  positions: number;
  /** Rows that count: 1 without guidance. */
  groups: Groups;
  rules: SamplingRules;
  /** Seed and place of the first position. */
  at: NoiseAt;
  /** Of every position: scored in place of a token of its own. */
  forced: readonly (number | undefined)[];
  /** Tokens behind the last position: known ones, or ~k for the answer to position k (engine/window.ts). */
  drafts: readonly number[];
  /** Whether the entropies of the last row are wanted. */
  nullEntropy?: boolean;
}

export interface Sampled {
  choice: Choice;
  /** In nats, of the last row, before guidance and temperature; null where it was not wanted. */
  nullEntropy: number | null;
}

/** All calls take effect after the runs before them and before those that follow. */
export interface OnDevice {
  /** Before all else of a batch: what the device could not do until now was somebody else's. */
  begin(): void;
  /** Float32 zeros. */
  zeros(dims: readonly number[]): GraphTensor;
  copy(copies: readonly Copy[]): void;
  /** Chooses as engine/sampling.ts does, in float32: the first `count` of the answers and drafts, int32 [1, count], valid until the next call. Disposes the logits. */
  sample(request: SampleRequest, count: number): GraphTensor;
  /** The one wait: what `sample` chose last for every position, and the values of `also`. Throws `graph-failed` where logits were not finite. */
  read(also: GraphTensor | null): Promise<{ sampled: Sampled[]; also: ArrayLike<number> }>;
}
