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

Object.assign(globalThis, { readAll });
