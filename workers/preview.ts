import type { PictureGraphs } from '../engine/graphs.ts';
import type { Manifest } from '../engine/manifest.ts';
import { pictureToRgba } from '../engine/picture.ts';
import type { Picture } from './messages.ts';
import { maskedPicture } from './picture.ts';

const EVERY_MS = 100;
/** Between whole pictures there is this many times what one took; */
const PAUSE = 10;
/** between strips less: a picture that grows is what people look at. */
const PAUSE_OF_STRIPS = 5;
/** A strip has the rows of tokens that are new. Of those above it paints these again, since what comes below a row changes it, */
const AGAIN = 2;
/** and it sees these above and below without painting them. With them it is 1.2 of 255 from the whole picture (docs/decisions/0017). */
const ABOVE = 2;
const BELOW = 1;

/** What is painted of an image: opaque RGBA [S, S, 4], and the cells that were decoded then. */
interface Canvas {
  rgba: Uint8ClampedArray<ArrayBuffer>;
  cells: number;
}

/**
 * The picture of the tokens so far, at most every 100 ms and seldom enough not to slow the run down. Where a whole picture takes
 * long, and the tokenizer can, only the rows that changed are painted; of all tokens it is always the whole picture.
 */
export class Preview {
  /** Milliseconds spent painting. */
  spent = 0;
  #due = 0;
  readonly #pictures: PictureGraphs;
  readonly #m: Manifest;
  readonly #neutral: number;
  readonly #strips: boolean;
  readonly #canvases = new Map<number, Canvas>();

  /** `expected`: milliseconds that a picture takes, as far as that is known. Where it is much, the first preview waits too. */
  constructor(pictures: PictureGraphs, manifest: Manifest, neutral: number, expected = 0) {
    this.#strips = manifest.tokenizer.strips === true && expected * PAUSE > EVERY_MS;
    this.#due = expected > EVERY_MS && !this.#strips ? performance.now() + PAUSE * expected : 0;
    this.#pictures = pictures;
    this.#m = manifest;
    this.#neutral = neutral;
  }

  get due(): boolean {
    return performance.now() >= this.#due;
  }

  /** `image`: index in the batch; `tokens`: its first ones, at least one. */
  async paint(image: number, tokens: readonly number[]): Promise<Picture> {
    const { grid: { width, tokens: count }, image: { size } } = this.#m;
    const began = performance.now();
    const { rgba, cells } = this.#canvases.get(image) ?? { rgba: new Uint8ClampedArray(4 * size * size), cells: 0 };
    const whole = !this.#strips || tokens.length === count;
    const first = whole ? 0 : Math.max(0, Math.floor(cells / width) - AGAIN);
    const end = whole ? width : Math.ceil(tokens.length / width);
    const [top, bottom] = [Math.max(0, first - ABOVE), Math.min(width, end + BELOW)];
    const seen = new Int32Array((bottom - top) * width).fill(this.#neutral);
    seen.set(tokens.slice(top * width));
    const strip = pictureToRgba(await this.#pictures.decode(seen));
    const row = 4 * size * (size / width);
    rgba.set(strip.subarray((first - top) * row, (end - top) * row), first * row);
    this.#canvases.set(image, { rgba, cells: tokens.length });
    const now = performance.now();
    this.spent += now - began;
    this.#due = now + Math.max(EVERY_MS, (this.#strips ? PAUSE_OF_STRIPS : PAUSE) * (now - began));
    return maskedPicture(rgba.slice(), size, width, tokens.length);
  }
}
