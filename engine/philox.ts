/** Philox 4x32-10 (Salmon et al., SC 2011): the counter-based generator of all sampling. */

type Words4 = readonly [number, number, number, number];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High and low word of the 64-bit product of two uint32. */
function mulhilo(a: number, b: number): [number, number] {
  const product = BigInt(a) * BigInt(b);
  return [Number(product >> 32n), Number(product & 0xffffffffn)];
}

/** Four uint32 from a counter of four and a key of two uint32. */
export function philox(counter: Words4, key: readonly [number, number]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [hi0, lo0] = mulhilo(M0, c0);
    const [hi1, lo1] = mulhilo(M1, c2);
    [c0, c1, c2, c3] = [(hi1 ^ c1 ^ k0) >>> 0, lo1, (hi0 ^ c3 ^ k1) >>> 0, lo0];
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** u in [0, 1) of token t under a uint32 seed: first word of key (seed, 0), counter (t, 0, 0, 0), over 2^32. */
export const uniform = (seed: number, t: number): number => philox([t >>> 0, 0, 0, 0], [seed >>> 0, 0])[0] / 2 ** 32;

/** Seed of image i of a run. */
export const imageSeed = (seed: number, i: number): number => (seed + i) >>> 0;
