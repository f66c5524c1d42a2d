import { expect, test } from 'vitest';
import { baselineCost, dparCost, gptCost, packCost, swigluHidden } from './cost.ts';
import { tinyManifest } from './testing/manifest.ts';

const V = 16384;
// Width, blocks of encoder, patch transformer, decoder (Table 1) and of LlamaGen; GMAC of Table 8 at 256 and 384 pixels.
const sizes = {
  B: { dim: 768, blocks: [1, 8, 3], gpt: 12, llamaGen: [24.98, 56.21], dpar: [19.21, 40.92] },
  L: { dim: 1024, blocks: [1, 19, 4], gpt: 24, llamaGen: [83.26, 187.35], dpar: [56.74, 117.92] },
  XL: { dim: 1280, blocks: [1, 30, 5], gpt: 36, llamaGen: [192.69, 433.57], dpar: [125.52, 258.53] },
};
const images = [{ tokens: 256, pAvg: 1.81 }, { tokens: 576, pAvg: 2.06 }];

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
