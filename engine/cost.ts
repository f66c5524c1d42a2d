/** Multiply-accumulates of the linear layers per image (paper Table 8; formula in docs/model.md "What does an image cost?"). */
import type { Manifest } from './manifest.ts';
import { groupsOf } from './sampling.ts';
import { needsEntropyModel, type Settings } from './settings.ts';

export interface CostModel {
  dim: number;
  ffn: number;
  encoderBlocks: number;
  patchTransformerBlocks: number;
  decoderBlocks: number;
}

/** Multiply-accumulates of one image, by graph; `total` leaves out the entropy model, as the paper does. */
export interface Cost {
  encoder: number;
  patchTransformer: number;
  decoder: number;
  entropy: number;
  total: number;
}

/** One LLaMA block and position: 4 D^2 + 3 D FFN. */
const block = (dim: number, ffn: number): number => 4 * dim ** 2 + 3 * dim * ffn;

/**
 * Cost of `tokens` tokens in `patches` patches. `groups` = 2 counts the null rows of guidance too (patch transformer and
 * decoder); the paper's tables have groups = 1.
 */
export function dparCost(model: CostModel, vocab: number, tokens: number, patches: number, groups: 1 | 2 = 1): Omit<Cost, 'entropy'> {
  const { dim, ffn, encoderBlocks, patchTransformerBlocks, decoderBlocks } = model;
  const f = block(dim, ffn);
  // The cross-attention's keys and values are made once a token, its query and output once a patch; it has no class.
  const encoder = encoderBlocks * f * tokens + 2 * dim ** 2 * tokens;
  const pooling = 2 * dim ** 2 * patches;
  const patchTransformer = pooling + groups * (patchTransformerBlocks * f + decoderBlocks * dim ** 2) * patches;
  const decoder = groups * (decoderBlocks * f + vocab * dim) * tokens;
  return { encoder, patchTransformer, decoder, total: encoder + patchTransformer + decoder };
}

/** A plain GPT of `blocks` blocks over the same tokens (LlamaGen). */
export const gptCost = (dim: number, ffn: number, blocks: number, vocab: number, tokens: number): number => (blocks * block(dim, ffn) + vocab * dim) * tokens;

/** A GPT makes logits in one piece, which counts as the decoder; there is no encoder and no patch transformer. */
function modelCost(model: Manifest['model'], vocab: number, tokens: number, patches: number, groups: 1 | 2): Omit<Cost, 'entropy'> {
  if (!('blocks' in model)) return dparCost(model, vocab, tokens, patches, groups);
  const decoder = groups * gptCost(model.dim, model.ffn, model.blocks, vocab, tokens);
  return { encoder: 0, patchTransformer: 0, decoder, total: decoder };
}

/** What an image of it costs can be counted. */
export type Priced = Pick<Manifest, 'model' | 'entropyModel' | 'vocab'>;

/** Cost of a pack's image with `patches` patches; `patches` = `tokens` is the token-by-token baseline on the same weights. */
export function packCost(manifest: Priced, tokens: number, patches: number, groups: 1 | 2 = 1): Cost {
  const entropy = manifest.entropyModel;
  return {
    ...modelCost(manifest.model, manifest.vocab, tokens, patches, groups),
    entropy: entropy ? gptCost(entropy.dim, entropy.ffn, entropy.blocks, manifest.vocab, tokens) : 0,
  };
}

/** Cost of `tokens` tokens in `patches` patches with such settings: rows of guidance count, and the entropy model where the rules need it. */
export function decodeCost(manifest: Priced, tokens: number, patches: number, settings: Settings): Cost {
  const cost = packCost(manifest, tokens, patches, groupsOf(settings));
  return { ...cost, entropy: needsEntropyModel(settings) ? cost.entropy : 0 };
}

/** All of it, the entropy model included. */
export const wholeCost = ({ total, entropy }: Cost): number => total + entropy;

/** The token-by-token baseline on the same weights (P_max = 1), which needs no entropy model. */
export const baselineCost = (manifest: Priced, tokens: number, groups: 1 | 2 = 1): Cost => ({
  ...packCost(manifest, tokens, tokens, groups),
  entropy: 0,
});

/**
 * How much faster the operation count allows an image in `patches` patches to be than one that `other` makes token by token:
 * the same pack with P_max = 1, or a plain GPT. The entropy model counts for the patches only; it decides nothing there.
 */
export function allowedSpeedup(manifest: Priced, other: Priced, tokens: number, patches: number, groups: 1 | 2 = 1): number {
  const cost = packCost(manifest, tokens, patches, groups);
  return packCost(other, tokens, tokens, groups).total / wholeCost(cost);
}

/**
 * Multiply-accumulates of the attention itself (scores and weighted values: 2 D for every slot that a step sees), which the
 * paper's tables leave out: it is small at 256 tokens and grows with their square.
 */
export function attentionCost({ model, entropyModel }: Pick<Manifest, 'model' | 'entropyModel'>, tokens: number, patches: number, groups: 1 | 2 = 1): number {
  const over = (blocks: number, dim: number, slots: number) => blocks * dim * slots * (slots + 1);
  const entropy = entropyModel ? over(entropyModel.blocks, entropyModel.dim, tokens) : 0;
  if ('blocks' in model) return entropy + groups * over(model.blocks, model.dim, tokens);
  const { dim, encoderBlocks, patchTransformerBlocks, decoderBlocks } = model;
  return entropy + over(encoderBlocks, dim, tokens) + groups * (over(patchTransformerBlocks, dim, patches) + over(decoderBlocks, dim, tokens));
}
