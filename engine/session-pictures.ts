/** PictureGraphs over any onnxruntime: the image tokenizer and the whole-sequence entropy graph. */
import type { PictureGraphs } from './graphs.ts';
import { runGraph, takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { GraphName, Manifest } from './manifest.ts';
import type { Tensors } from './tensors.ts';

export class SessionPictures implements PictureGraphs {
  readonly #runner: GraphRunner;
  readonly #m: Manifest;

  constructor(runner: GraphRunner, manifest: Manifest) {
    this.#runner = runner;
    this.#m = manifest;
  }

  #run(graph: GraphName, feeds: Tensors, output: string): Promise<Tensors> {
    return runGraph(this.#runner, { graph, images: 1, groups: 1, feeds, caches: [], outputs: [output], resident: [] });
  }

  async encode(picture: Float32Array): Promise<Int32Array> {
    const { size } = this.#m.image;
    const feeds = { picture: this.#runner.tensor('float32', picture, [1, 3, size, size]) };
    const { tokens } = await this.#run('tokenizer_encoder', feeds, 'tokens');
    const data = Int32Array.from((await tokens!.getData()) as Int32Array);
    tokens!.dispose();
    return data;
  }

  async decode(tokens: ArrayLike<number>): Promise<Float32Array> {
    const { size } = this.#m.image;
    const height = (tokens.length / this.#m.grid.width) * this.#m.tokenizer.factor;
    const feeds = { tokens: this.#runner.tensor('int32', Int32Array.from(tokens), [1, tokens.length]) };
    const { picture } = await this.#run('tokenizer_decoder', feeds, 'picture');
    return takeFloats(picture!, 3 * height * size, say`The picture`);
  }

  async entropyAll(tokens: ArrayLike<number>): Promise<Float32Array> {
    const count = this.#m.grid.tokens;
    const feeds = { tokens: this.#runner.tensor('int32', Int32Array.from(tokens), [1, count]) };
    const { entropy } = await this.#run('entropy_all', feeds, 'entropy');
    const next = await takeFloats(entropy!, count, say`The entropies`);
    // Position i holds the entropy of token i + 1.
    const entropies = new Float32Array(count);
    entropies.set(next.subarray(0, count - 1), 1);
    entropies[0] = Infinity;
    return entropies;
  }
}
