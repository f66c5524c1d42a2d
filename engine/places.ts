/** Which images of a batch a run of a graph takes, and at which cache slots. */
import type { DecodeLogits, Groups } from './sampling.ts';

/** An image in a run, which writes cache slot `slot`. */
export interface Place {
  image: number;
  slot: number;
  /** Index of its step; null for an idle image, whose answers nobody reads. */
  step: number | null;
}

/** Whether a run takes all images in their order. */
export const takesAll = (places: readonly Place[], images: number): boolean =>
  places.length === images && (images === 1 || places.every(({ image }, i) => image === i));

/** Logits [groups * n, V] of a run of n images, class rows first, as those of each step. */
export function logitsOf(all: Float32Array, places: readonly Place[], groups: Groups, vocab: number): DecodeLogits[] {
  const n = places.length;
  return places.flatMap(({ step }, i) => (step === null ? [] : [{
    classLogits: all.subarray(i * vocab, (i + 1) * vocab), nullLogits: groups === 2 ? all.subarray((n + i) * vocab, (n + i + 1) * vocab) : null,
  }]));
}
