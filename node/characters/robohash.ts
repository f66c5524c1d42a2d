import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { StudioError } from '../../engine/errors.ts';
import type { Random } from './random.ts';
import type { Source } from './source.ts';

/** Pixels a part is kept at: twice a picture's, and a quarter of the time of the originals. */
const SIDE = 512;

const folders = (path: string) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
const pictures = (path: string) => readdirSync(path).filter((name) => name.endsWith('.png')).sort();

interface Layer {
  name: string;
  /** Layers are pasted in the order of what follows the # of their name. */
  order: string;
  files: string[];
}

const layersIn = (path: string): Layer[] => folders(path).map((name) => ({ name, order: name.split('#')[1] ?? name, files: pictures(join(path, name)).map((file) => join(path, name, file)) }));

/**
 * A set of robohash: one PNG of each layer, pasted in order. A set with colour folders has its parts in every colour; a combination
 * is the parts, in whatever colour. `root`: the folder `sets` of the installed package. Throws `bad-argument` where a set is missing.
 */
export function robohashSource(root: string, set: string): Source {
  const path = join(root, set);
  let variants: Layer[][];
  try {
    const inside = folders(path);
    variants = inside.some((name) => name.includes('#')) ? [layersIn(path)] : inside.map((colour) => layersIn(join(path, colour)));
  } catch {
    throw new StudioError('bad-argument', `The package robohash lacks its ${set} in ${root}: another version is installed. Install models/requirements.txt again.`);
  }
  const small = new Map<string, string>();
  const image = (file: string) => {
    let data = small.get(file);
    if (!data) small.set(file, data = shrunk(file));
    return `<image width="${SIDE}" height="${SIDE}" href="${data}"/>`;
  };
  return {
    draw(random: Random) {
      const layers = random.pick(variants);
      const chosen = layers.map((layer) => ({ ...layer, at: Math.floor(random.next() * layer.files.length) }));
      const pasted = [...chosen].sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
      return {
        combination: chosen.map(({ name, at }) => `${name}=${at}`).join(' '),
        svg: () => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}">${pasted.map(({ files, at }) => image(files[at]!)).join('')}</svg>`,
      };
    },
  };
}

/** A PNG as a data URI of SIDE pixels. */
function shrunk(file: string): string {
  const uri = (png: Uint8Array) => `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><image width="${SIDE}" height="${SIDE}" href="${uri(readFileSync(file))}"/></svg>`;
  return uri(new Resvg(svg).render().asPng());
}
