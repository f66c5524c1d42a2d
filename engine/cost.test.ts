import { expect, test } from 'vitest';
import { allowedSpeedup, attentionCost, baselineCost, decodeCost, dparCost, gptCost, packCost } from './cost.ts';
import { staticPatches, tokenByToken } from './settings.ts';
import { tinyGptManifest, tinyManifest } from './testing/manifest.ts';

const V = 16384;
// Width, blocks of encoder, patch transformer, decoder (Table 1) and of LlamaGen; GMAC of Table 8 at 256 and 384 pixels.
const sizes = {
  B: { dim: 768, blocks: [1, 8, 3], gpt: 12, llamaGen: [24.98, 56.21], dpar: [19.21, 40.92] },
  L: { dim: 1024, blocks: [1, 19, 4], gpt: 24, llamaGen: [83.26, 187.35], dpar: [56.74, 117.92] },
  XL: { dim: 1280, blocks: [1, 30, 5], gpt: 36, llamaGen: [192.69, 433.57], dpar: [125.52, 258.53] },
};
const images = [{ tokens: 256, pAvg: 1.81 }, { tokens: 576, pAvg: 2.06 }];

/** The paper's hidden size of SwiGLU: int(8D/3) rounded up to a multiple of 256. */
const swigluHidden = (dim: number): number => Math.ceil(Math.trunc((8 * dim) / 3) / 256) * 256;

const within = (value: number, paper: number) => expect(Math.abs(value / 1e9 / paper - 1)).toBeLessThanOrEqual(0.005);

test.each(Object.entries(sizes))('%s reproduces Table 8 of the paper within 0.5 %%', (_, { dim, blocks, gpt, llamaGen, dpar }) => {
  const ffn = swigluHidden(dim);
  images.forEach(({ tokens, pAvg }, i) => {
    within(gptCost(dim, ffn, gpt, V, tokens), llamaGen[i]!);
    const [encoderBlocks, patchTransformerBlocks, decoderBlocks] = blocks as [number, number, number];
    within(dparCost({ dim, ffn, encoderBlocks, patchTransformerBlocks, decoderBlocks }, V, tokens, tokens / pAvg).total, dpar[i]!);
  });
});

test('a pack: parts add up, the entropy model apart, guidance doubles the decoder', () => {
  const m = tinyManifest();
  const one = packCost(m, 16, 10);
  expect(one.encoder + one.patchTransformer + one.decoder).toBe(one.total);
  expect(packCost(m, 16, 10, 2).decoder).toBe(2 * one.decoder);
  expect(packCost(m, 16, 10, 2).encoder).toBe(one.encoder);
  expect(one.total).toBeLessThan(baselineCost(m, 16).total);
  expect(baselineCost(m, 16)).toEqual({ ...packCost(m, 16, 16), entropy: 0 });
});

test('a pack of kind gpt costs n F T + V D T, its own baseline', () => {
  const m = tinyGptManifest();
  const macs = 2 * (4 * 32 ** 2 + 3 * 32 * 64) * 16 + 12 * 32 * 16;
  expect(packCost(m, 16, 16)).toMatchObject({ encoder: 0, patchTransformer: 0, total: macs });
  expect(packCost(m, 16, 16, 2).total).toBe(2 * macs);
  expect(baselineCost(m, 16).total).toBe(macs);
});

test('a decode counts the rows of guidance, and the entropy model where the rules need it: not for static patches, nor with one token per patch', () => {
  const m = tinyManifest();
  const settings = { ...m.defaults, guidance: 3 };
  expect(decodeCost(m, 16, 10, settings)).toEqual(packCost(m, 16, 10, 2));
  expect(packCost(m, 16, 8, 2).entropy).toBeGreaterThan(0);
  expect(decodeCost(m, 16, 8, { ...settings, ...staticPatches(2) })).toEqual({ ...packCost(m, 16, 8, 2), entropy: 0 });
  expect(decodeCost(m, 16, 16, { ...settings, ...tokenByToken })).toEqual(baselineCost(m, 16, 2));
});

test('attention costs two multiply-accumulates a channel for every slot that a step sees', () => {
  const m = tinyManifest();
  const steps = (blocks: number, dim: number, slots: number) => Array.from({ length: slots }, (_, i) => 2 * blocks * dim * (i + 1)).reduce((a, b) => a + b, 0);
  const { dim, encoderBlocks, patchTransformerBlocks, decoderBlocks } = m.model;
  const shared = steps(m.entropyModel.blocks, m.entropyModel.dim, 16) + steps(encoderBlocks, dim, 16);
  expect(attentionCost(m, 16, 10)).toBe(shared + steps(patchTransformerBlocks, dim, 10) + steps(decoderBlocks, dim, 16));
  expect(attentionCost(m, 16, 10, 2)).toBe(shared + 2 * (steps(patchTransformerBlocks, dim, 10) + steps(decoderBlocks, dim, 16)));
});

test('the allowed speed-up is the quotient of the operations, with the entropy model on the side of the patches', () => {
  const m = tinyManifest();
  const gpt = tinyGptManifest();
  const patched = packCost(m, 16, 10, 2);
  expect(allowedSpeedup(m, m, 16, 10, 2)).toBe(baselineCost(m, 16, 2).total / (patched.total + patched.entropy));
  expect(allowedSpeedup(m, gpt, 16, 10, 2)).toBe(packCost(gpt, 16, 16, 2).total / (patched.total + patched.entropy));
  expect(allowedSpeedup(m, m, 16, 16)).toBeLessThan(1);
});
