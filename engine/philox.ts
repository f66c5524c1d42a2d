/** Philox 4x32-10 (Salmon et al., SC 2011): the counter-based generator of all sampling. */

type Words4 = readonly [number, number, number, number];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High word of the 64-bit product of two uint32, by products of their halves: none of the sums exceeds 32 bits. */
function high(a: number, b: number): number {
  const [low, top, otherLow, otherTop] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = (Math.imul(top, otherLow) + (Math.imul(low, otherLow) >>> 16)) | 0;
  const other = (Math.imul(low, otherTop) + (middle & 0xffff)) | 0;
  return (Math.imul(top, otherTop) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** Four uint32 from a counter of four and a key of two uint32. */
export function philox(counter: Words4, key: readonly [number, number]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const next0 = high(M1, c2) ^ c1 ^ k0;
    const next2 = high(M0, c0) ^ c3 ^ k1;
    c1 = Math.imul(M1, c2);
    c3 = Math.imul(M0, c0);
    c0 = next0;
    c2 = next2;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** Seed of image i of a run. */
export const imageSeed = (seed: number, i: number): number => (seed + i) >>> 0;
