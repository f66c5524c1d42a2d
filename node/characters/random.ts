import { philox } from '../../engine/philox.ts';

export interface Random {
  /** The next number in [0, 1). */
  next: () => number;
  pick: <T>(from: readonly T[]) => T;
}

/** A stream of numbers that only seed, class, picture and attempt determine. */
export function stream(seed: number, classIndex: number, picture: number, attempt: number): Random {
  let draw = 0;
  const next = () => philox([draw++, attempt, picture, 0], [seed >>> 0, classIndex])[0] / 2 ** 32;
  return { next, pick: (from) => from[Math.floor(next() * from.length)]! };
}
