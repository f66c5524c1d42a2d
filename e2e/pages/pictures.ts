import { rgbaToPicture } from '../../engine/picture.ts';
import { centreCrop } from '../../src/lib/crop.ts';
import { cutPicture } from '../../src/lib/cutPicture.ts';
import { readPicture } from '../../src/lib/readPicture.ts';

export interface ReadPictures {
  read: number;
  refused: number;
  /** What was thrown without being a refusal. */
  other: string[];
}

/** Reads pictures as the studio does, down to the pixels that the tokenizer gets. */
async function readAll(files: { name: string; base64: string }[]): Promise<ReadPictures> {
  const found: ReadPictures = { read: 0, refused: 0, other: [] };
  for (const { name, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    try {
      const source = await readPicture(new Blob([bytes], { type: `image/${name.split('.')[1]}` }), name);
      const { rgba } = cutPicture(source, centreCrop(source), 32);
      (source.image as ImageBitmap).close();
      if (rgba.length !== 4 * 32 * 32) found.other.push(`${name}: ${rgba.length} bytes`);
      found.read++;
    } catch (error) {
      if ((error as { code?: string }).code === 'bad-argument') found.refused++;
      else found.other.push(`${name}: ${String(error)}`);
    }
  }
  return found;
}

/** The colours at these places ([x, y] in the picture as one sees it), as the tokenizer gets them: in [-1, 1], turned back into 0..255. */
async function seen(base64: string, name: string, places: [number, number][]): Promise<{ size: number[]; pixels: number[][] }> {
  const source = await readPicture(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]), name);
  const pixels = places.map(([x, y]) => {
    const values = rgbaToPicture(cutPicture(source, { x: x - 1, y: y - 1, size: 2 }, 2).rgba, 2);
    return [0, 1, 2].map((channel) => Math.round(127.5 * (values[4 * channel + 3]! + 1)));
  });
  return { size: [source.width, source.height], pixels };
}

Object.assign(globalThis, { readAll, seen });
