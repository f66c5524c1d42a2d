import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { PNG } from 'pngjs';
import { StudioError } from '../../engine/errors.ts';
import { say } from '../../engine/phrase.ts';
import type { Random } from './random.ts';
import type { Source } from './source.ts';

/** Pixels a part is kept at: a little more than the largest in a picture of 256. */
const SIDE = 320;

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
    throw new StudioError('bad-argument', say`The package robohash lacks its ${set} in ${root}: another version is installed. Install models/requirements.txt again.`);
  }
  const kept = new Map<string, Uint8Array>();
  const layer = (file: string) => {
    let pixels = kept.get(file);
    if (!pixels) kept.set(file, pixels = shrunk(file));
    return pixels;
  };
  return {
    draw(random: Random) {
      const layers = random.pick(variants);
      const chosen = layers.map((layer) => ({ ...layer, at: Math.floor(random.next() * layer.files.length) }));
      const pasted = [...chosen].sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
      return {
        combination: chosen.map(({ name, at }) => `${name}=${at}`).join(' '),
        svg: () => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}"><image width="${SIDE}" height="${SIDE}" href="${uri(paste(pasted.map(({ files, at }) => layer(files[at]!))))}"/></svg>`,
      };
    },
  };
}

const uri = (png: Uint8Array) => `data:image/png;base64,${Buffer.from(png).toString('base64')}`;

/** A part at SIDE pixels, RGBA with colours multiplied by alpha. */
function shrunk(file: string): Uint8Array {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><image width="${SIDE}" height="${SIDE}" href="${uri(readFileSync(file))}"/></svg>`;
  const { data } = PNG.sync.read(new Resvg(svg).render().asPng());
  for (let i = 0; i < data.length; i += 4) for (let c = i; c < i + 3; c++) data[c] = Math.round((data[c]! * data[i + 3]!) / 255);
  return data;
}

/** One over the other, as a PNG that is quick to write. */
function paste(layers: readonly Uint8Array[]): Uint8Array {
  const png = new PNG({ width: SIDE, height: SIDE });
  const { data } = png;
  for (const layer of layers) {
    for (let i = 0; i < data.length; i += 4) {
      const alpha = layer[i + 3]!;
      if (alpha === 0) continue;
      for (let c = i; c < i + 4; c++) data[c] = layer[c]! + Math.round((data[c]! * (255 - alpha)) / 255);
    }
  }
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha > 0 && alpha < 255) for (let c = i; c < i + 3; c++) data[c] = Math.min(255, Math.round((data[c]! * 255) / alpha));
  }
  return PNG.sync.write(png, { deflateLevel: 0, filterType: 0 });
}
