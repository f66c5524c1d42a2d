/** PictureGraphs over any onnxruntime: the image tokenizer and the whole-sequence entropy graph. */
import type { PictureGraphs } from './graphs.ts';
import { runGraph, takeFloats, type GraphRunner } from './graph-runner.ts';
import type { Manifest } from './manifest.ts';

export class SessionPictures implements PictureGraphs {
  readonly #runner: GraphRunner;
  readonly #m: Manifest;

  constructor(runner: GraphRunner, manifest: Manifest) {
    this.#runner = runner;
    this.#m = manifest;
  }

  async encode(picture: Float32Array): Promise<Int32Array> {
    const { size } = this.#m.image;
    const feeds = { picture: this.#runner.tensor('float32', picture, [1, 3, size, size]) };
    const { tokens } = await runGraph(this.#runner, 'tokenizer_encoder', feeds, { tokens: null });
    const data = Int32Array.from((await tokens!.getData()) as Int32Array);
    tokens!.dispose();
    return data;
  }

  async decode(tokens: ArrayLike<number>): Promise<Float32Array> {
    const { size } = this.#m.image;
    const feeds = { tokens: this.#runner.tensor('int32', Int32Array.from(tokens), [1, this.#m.grid.tokens]) };
    const { picture } = await runGraph(this.#runner, 'tokenizer_decoder', feeds, { picture: null });
    return takeFloats(picture!, 3 * size * size, 'The picture');
  }

  async entropyAll(tokens: ArrayLike<number>): Promise<Float32Array> {
    const count = this.#m.grid.tokens;
    const feeds = { tokens: this.#runner.tensor('int32', Int32Array.from(tokens), [1, count]) };
    const { entropy } = await runGraph(this.#runner, 'entropy_all', feeds, { entropy: null });
    const next = await takeFloats(entropy!, count, 'The entropies');
    // Position i holds the entropy of token i + 1.
    const entropies = new Float32Array(count);
    entropies.set(next.subarray(0, count - 1), 1);
    entropies[0] = Infinity;
    return entropies;
  }
}
