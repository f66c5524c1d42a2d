import type { Random } from './random.ts';

/** One character: which parts it has, and its drawing as a square SVG without a ground. */
export interface Drawing {
  combination: string;
  svg: () => string;
}

/** Where the characters of a class come from. */
export interface Source {
  draw: (random: Random) => Drawing;
}
