/** Multiply-accumulates of the linear layers per image (paper Table 8; formula in docs/model.md "Cost"). */
import type { Manifest } from './manifest.ts';

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

/** SwiGLU's hidden size: int(8D/3) rounded up to a multiple of 256. */
export const swigluHidden = (dim: number): number => Math.ceil(Math.trunc((8 * dim) / 3) / 256) * 256;

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

/** Cost of a pack's image with `patches` patches; `patches` = `tokens` is the token-by-token baseline on the same weights. */
export function packCost(manifest: Pick<Manifest, 'model' | 'entropyModel' | 'vocab'>, tokens: number, patches: number, groups: 1 | 2 = 1): Cost {
  const { dim, ffn, blocks } = manifest.entropyModel;
  return {
    ...dparCost(manifest.model, manifest.vocab, tokens, patches, groups),
    entropy: gptCost(dim, ffn, blocks, manifest.vocab, tokens),
  };
}

/** The token-by-token baseline on the same weights (P_max = 1), which needs no entropy model. */
export const baselineCost = (manifest: Pick<Manifest, 'model' | 'entropyModel' | 'vocab'>, tokens: number, groups: 1 | 2 = 1): Cost => ({
  ...packCost(manifest, tokens, tokens, groups),
  entropy: 0,
});
