import type { PictureGraphs } from '../engine/graphs.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { Picture } from './messages.ts';
import { toPicture } from './picture.ts';

const EVERY_MS = 100;
/** Previews take at most one part in this many of a run's time. */
const SHARE = 10;

/** The picture of the tokens so far, at most every 100 ms and seldom enough not to slow the run down. */
export class Preview {
  /** Milliseconds spent painting. */
  spent = 0;
  #due = 0;
  readonly #pictures: PictureGraphs;
  readonly #m: Manifest;
  readonly #neutral: number;

  /** `expected`: milliseconds that a picture takes, as far as that is known. Where it is much, the first preview waits too. */
  constructor(pictures: PictureGraphs, manifest: Manifest, neutral: number, expected = 0) {
    this.#due = expected > EVERY_MS ? performance.now() + SHARE * expected : 0;
    this.#pictures = pictures;
    this.#m = manifest;
    this.#neutral = neutral;
  }

  get due(): boolean {
    return performance.now() >= this.#due;
  }

  async paint(tokens: readonly number[]): Promise<Picture> {
    const { grid, image } = this.#m;
    const began = performance.now();
    const filled = new Int32Array(grid.tokens).fill(this.#neutral);
    filled.set(tokens);
    const planes = await this.#pictures.decode(filled);
    const now = performance.now();
    this.spent += now - began;
    this.#due = now + Math.max(EVERY_MS, SHARE * (now - began));
    return toPicture(planes, image.size, grid.width, tokens.length);
  }
}
