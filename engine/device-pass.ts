/** A pass of one image whose tokens never leave the device: decoder, sampling, encoder and entropy model in one go. */
import type { BatchGraphs, TokenRequest } from './graphs.ts';
import type { Stage } from './log.ts';
import type { OnDevice } from './on-device.ts';
import type { Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';

export interface PassSteps {
  /** That the logits are logged as. */
  stage: Stage;
  /** Logits of these positions. */
  logits: (tokens: readonly TokenRequest[]) => Promise<GraphTensor>;
  /** Absent where no graph reads tokens. */
  reads?: {
    /** T: nothing reads the last token. */
    tokens: number;
    /** Feeds n tokens from x_t on to the encoder. */
    encode: (t: number, n: number, token: GraphTensor) => Promise<void>;
    /** Feeds them to the entropy model: e_{t+1} and on. */
    entropies: (t: number, n: number, token: GraphTensor) => Promise<GraphTensor>;
  };
}

/** There is one wait, at the end. */
export const devicePass = (device: OnDevice, groups: Groups, { stage, logits: decode, reads }: PassSteps): BatchGraphs['tokenStep'] => async (tokens, drafts, scored, timed) => {
  const { t, rules, seed } = tokens[0]!;
  const fed = reads ? Math.min(tokens.length, reads.tokens - 1 - t) + drafts.length : 0;
  const logits = await timed(stage, tokens, () => decode(tokens));
  const token = await timed('sampling', tokens, () => device.sample({
    logits, positions: tokens.length, groups, rules, at: { seed, t }, forced: tokens.map(({ forced }) => forced), drafts: reads ? drafts : [],
    nullEntropy: tokens.some(({ nullEntropy }) => nullEntropy),
  }, Math.max(1, fed)));
  if (reads && fed > 0) await timed('encoder', tokens, () => reads.encode(t, fed, token));
  const entropy = reads && fed > 0 && scored ? await timed('entropy', tokens, () => reads.entropies(t, fed, token)) : null;
  const { sampled, also } = await timed('wait', tokens, () => device.read(entropy)).finally(() => entropy?.dispose());
  return { results: sampled.map(({ choice, nullEntropy }, i) => ({ choice, nullEntropy: tokens[i]!.nullEntropy ? nullEntropy : null })), entropies: also };
};
