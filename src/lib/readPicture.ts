import { StudioError } from '../../engine/errors.ts';
import { inMegabytes, say, type Phrase, type Value } from '../../engine/phrase.ts';
import { isAnimated } from './animated.ts';
import { pictureKind } from './pictureKind.ts';
import type { Extent } from './crop.ts';
import { pictureSize } from './pictureSize.ts';

const MAX_BYTES = 64_000_000;
const MAX_PIXELS = 120_000_000;

export interface Source extends Extent {
  image: CanvasImageSource;
  /** It has more frames; `image` is the first. */
  animated?: boolean;
}

const refuse = (message: Phrase) => new StudioError('bad-argument', message);

const tooLarge = (name: Value, { width, height }: Extent) =>
  refuse(say`${name} is ${width} × ${height} pixels; at most ${MAX_PIXELS / 1e6} million are read. Save a smaller copy and choose that.`);
const fits = ({ width, height }: Extent) => width * height <= MAX_PIXELS;

/** A picture from a file or the clipboard, upright. Throws with the reason and the next step; nothing is sent anywhere. */
export async function readPicture(file: Blob, name: Value): Promise<Source> {
  if (file.size === 0) throw refuse(say`${name} is empty. Choose another file.`);
  if (file.size > MAX_BYTES) throw refuse(say`${name} is larger than ${inMegabytes(MAX_BYTES)} MB. Save a smaller copy and choose that.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  // A small file may unpack to more memory than the device has.
  const claimed = pictureSize(bytes);
  if (claimed && !fits(claimed)) throw tooLarge(name, claimed);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    const kind = pictureKind(bytes);
    if (kind) throw refuse(say`${name} is a picture of the kind ${kind}, which this browser cannot read, or it is damaged. Save a copy as PNG or JPEG and choose that.`);
    if (file.type && !file.type.startsWith('image/')) throw refuse(say`${name} is of type ${file.type}, not a picture. Choose a PNG, JPEG, WebP or AVIF file.`);
    throw refuse(say`${name} cannot be read as a picture here: it is damaged, or of a kind that this browser does not know. Choose a PNG, JPEG, WebP or AVIF file.`);
  }
  const { width, height } = bitmap;
  if (!fits(bitmap)) {
    bitmap.close();
    throw tooLarge(name, { width, height });
  }
  return { image: bitmap, width, height, animated: isAnimated(bytes) };
}
