/**
 * Gumbel noise fixed by seed, position and code (docs/packs.md "Shared conventions"): what a code gets depends on no other code,
 * position or image. So the choice at a position is a function of its logits alone, which decoding several positions in one pass builds on.
 */
import { philox } from './philox.ts';

/** Where noise comes from: a uint32 seed and the position of the token. */
export interface NoiseAt {
  seed: number;
  t: number;
}

/** Third word of the counter. */
const STREAM = 1;

const ofWord = (word: number): number => -Math.log(-Math.log((word + 0.5) / 2 ** 32));

/** Noise [V] of one position: -ln(-ln u), u = (word + 0.5) / 2^32; the word of code v is number v mod 4 of key (seed, 0), counter (t, v div 4, 1, 0). */
export function gumbel({ seed, t }: NoiseAt, noise: Float64Array): Float64Array {
  for (let v = 0; v < noise.length; v += 4) {
    const words = philox([t >>> 0, v / 4, STREAM, 0], [seed >>> 0, 0]);
    for (let i = 0; i < 4 && v + i < noise.length; i++) noise[v + i] = ofWord(words[i]!);
  }
  return noise;
}
