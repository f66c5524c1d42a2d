import type { DecodeLogits } from '../graphs.ts';
import type { Place } from './cache.ts';

/** Logits [groups * n, V] of a run of n images, class rows first, as those of each step. */
export function logitsOf(all: Float32Array, places: readonly Place[], groups: 1 | 2, vocab: number): DecodeLogits[] {
  const line = (i: number) => all.subarray(i * vocab, (i + 1) * vocab);
  return places.flatMap(({ step }, i) => (step === null ? [] : [{ classLogits: line(i), nullLogits: groups === 2 ? line(places.length + i) : null }]));
}
