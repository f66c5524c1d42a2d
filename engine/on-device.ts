/** What a runtime offers whose tensors live on a GPU, so that a token costs one wait: sampling and copies beside its graphs. */
import type { NoiseAt } from './gumbel.ts';
import type { GraphTensor } from './tensors.ts';
import type { Choice, SamplingRules } from './sampling.ts';

export interface Copy {
  from: GraphTensor;
  to: GraphTensor;
  /** First element of `to` that is written. */
  at: number;
}

export interface SampleRequest {
  /** [rows, 1, V]: the class row, and the null row under guidance. */
  logits: GraphTensor;
  rules: SamplingRules;
  /** Seed and position of the token. */
  at: NoiseAt;
  /** Scored in place of a token of its own. */
  forced?: number;
  /** Whether the entropy of the last row is wanted. */
  nullEntropy?: boolean;
}

export interface Sampled {
  choice: Choice;
  /** In nats, of the last row, before guidance and temperature; null where it was not wanted. */
  nullEntropy: number | null;
}

/** All calls take effect after the runs before them and before those that follow. */
export interface OnDevice {
  /** Float32 zeros. */
  zeros(dims: readonly number[]): GraphTensor;
  copy(copies: readonly Copy[]): void;
  /** Chooses x_t as engine/sampling.ts does, in float32: the token, int32 [1, 1], valid until the next call. Disposes the logits. */
  sample(request: SampleRequest): GraphTensor;
  /** The one wait: what `sample` chose last, and the first value of `also`. Throws `graph-failed` where logits were not finite. */
  read(also: GraphTensor | null): Promise<Sampled & { also: number | null }>;
}
