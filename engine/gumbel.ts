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

/** Gumbel noise of a word: -ln(-ln u). */
export const noiseOf = (word: number): number => -Math.log(-Math.log(uniformOf(word)));

/** u = (word + 0.5) / 2^32, inside (0, 1). */
export const uniformOf = (word: number): number => (word + 0.5) / 2 ** 32;

/** Random words [V] of one position: that of code v is number v mod 4 of key (seed, 0), counter (t, v div 4, 1, 0). */
export function noiseWords({ seed, t }: NoiseAt, words: Uint32Array): Uint32Array {
  for (let v = 0; v < words.length; v += 4) {
    const four = philox([t >>> 0, v / 4, STREAM, 0], [seed >>> 0, 0]);
    for (let i = 0; i < 4 && v + i < words.length; i++) words[v + i] = four[i]!;
  }
  return words;
}
