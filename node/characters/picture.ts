import { Resvg } from '@resvg/resvg-js';
import { grounds, type CharacterClass } from './classes.ts';
import { stream } from './random.ts';
import type { Source } from './source.ts';
import { roleOf, roleOfPicture } from './split.ts';

export interface Request {
  seed: number;
  /** Index of the class, and of the picture in it. */
  classIndex: number;
  index: number;
  /** Pictures of the class. */
  count: number;
  /** Pixels along a side. */
  size: number;
}

export interface Picture {
  combination: string;
  png: Uint8Array;
}

/** After so many draws a class has no combination of the wanted role. */
const MOST_DRAWS = 10_000;

/** Draws until the combination has the role of the picture: held-out pictures are of combinations that no other picture shows. */
export function drawing(source: Source, character: CharacterClass, { seed, classIndex, index, count }: Omit<Request, 'size'>) {
  const role = roleOfPicture(index, count);
  for (let attempt = 0; attempt < MOST_DRAWS; attempt++) {
    const random = stream(seed, classIndex, index, attempt);
    const drawn = source.draw(random);
    if (roleOf(character.id, drawn.combination) === role) return { ...drawn, random };
  }
  throw new Error(`${character.id} has no ${role} combination among ${MOST_DRAWS}.`);
}

/** Character on a flat ground, a little smaller or larger, a little aside, always whole. */
export function render(source: Source, character: CharacterClass, request: Request): Picture {
  const { combination, svg, random } = drawing(source, character, request);
  const { size } = request;
  const ground = random.pick(grounds);
  const side = character.place === 'fills' ? size : size * (0.82 + 0.16 * random.next());
  const x = (size - side) * random.next();
  const y = character.place === 'stands' ? size - side : (size - side) * random.next();
  const inner = svg().replace('<svg ', `<svg x="${x.toFixed(3)}" y="${y.toFixed(3)}" width="${side.toFixed(3)}" height="${side.toFixed(3)}" `);
  const outer = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><rect width="${size}" height="${size}" fill="#${ground}"/>${inner}</svg>`;
  return { combination, png: new Resvg(outer).render().asPng() };
}
