import { rounded, say, type Phrase } from '../../../engine/phrase.ts';
import type { Manifest } from '../../../engine/manifest.ts';

/** How far below the worst class's mean a reconstruction counts as unfamiliar where the pack states no band. */
const MARGIN_DB = 6;

const values = (figures: unknown): number[] => (typeof figures === 'object' && figures !== null ? Object.values(figures).filter((value): value is number => typeof value === 'number') : []);

/**
 * In words, in what way a picture is unlike what the pack has seen: its reconstruction (dB) or its mean entropy (nats)
 * lies outside of what all but the last hundredth of the held-out pictures have. Empty: it is not.
 */
export function unfamiliar(manifest: Pick<Manifest, 'heldOut' | 'evaluation'>, psnr: number, entropy: number): Phrase[] {
  const { heldOut, evaluation } = manifest;
  const words: Phrase[] = [];
  const byClass = values(evaluation.psnr_by_class);
  const worst = byClass.length > 0 ? Math.min(...byClass) : -Infinity;
  const floor = heldOut?.psnr.low ?? worst - MARGIN_DB;
  if (psnr < floor) {
    const usual = heldOut ? say`99 of 100 held-out pictures reach ${rounded(floor, 1)} dB` : say`the class hardest to reconstruct has ${rounded(worst, 1)} dB on average`;
    words.push(say`The tokens reconstruct it with ${rounded(psnr, 1)} dB only; ${usual}.`);
  }
  if (heldOut && entropy > heldOut.entropy.high) words.push(say`Its mean entropy of ${rounded(entropy, 2)} nats is above that of 99 of 100 held-out pictures (${rounded(heldOut.entropy.high, 2)}).`);
  if (heldOut && entropy < heldOut.entropy.low) words.push(say`Its mean entropy of ${rounded(entropy, 2)} nats is below that of 99 of 100 held-out pictures (${rounded(heldOut.entropy.low, 2)}).`);
  return words;
}
