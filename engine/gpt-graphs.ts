/** DecodeGraphs of the token-by-token baseline (kind gpt) over any onnxruntime: one graph makes the logits (docs/packs.md). */
import { intFeed, type Feed } from './feed.ts';
import type { DecodeGraphs, DecodeLogits } from './graphs.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { KvCache } from './kv-cache.ts';
import type { GptManifest } from './manifest.ts';

export class GptGraphs implements DecodeGraphs {
  readonly #runner: GraphRunner;
  readonly #m: GptManifest;
  readonly #gpt: KvCache;
  #groups: 1 | 2 = 1;
  /** token: x_{t-1}, ignored at t = 0. */
  #feeds: Record<'token' | 'class' | 'first', Feed<Int32Array>> | null = null;

  constructor(runner: GraphRunner, manifest: GptManifest) {
    this.#runner = runner;
    this.#m = manifest;
    this.#gpt = new KvCache(runner, 'gpt', manifest.model.blocks, ['logits']);
  }

  async begin(groups: 1 | 2, classIndex: number): Promise<void> {
    const { model, grid, classes } = this.#m;
    const capacity = grid.tokens + 1;
    this.dispose();
    this.#groups = groups;
    const ints = (...dims: number[]) => intFeed(this.#runner, dims);
    this.#feeds = { token: ints(1, 1), class: ints(groups, 1), first: ints(1) };
    this.#feeds.class.values.set(groups === 2 ? [classIndex, classes.length] : [classIndex]);
    this.#gpt.begin(groups, model.heads, capacity, model.dim / model.heads);
  }

  /** Runs of this kind are token by token: nothing in them depends on an entropy model. */
  entropyStep(): Promise<never> {
    return Promise.reject(new Error('a pack of kind gpt decodes without an entropy model'));
  }

  async encoderStep(_t: number, token: number): Promise<void> {
    this.#feeds!.token.values[0] = token;
  }

  async patchStep(): Promise<void> {
    // A token is its own patch: nothing is pooled and nothing conditions it.
  }

  async decoderStep(t: number): Promise<DecodeLogits> {
    const { vocab } = this.#m;
    const groups = this.#groups;
    const { token, class: classes, first } = this.#feeds!;
    first.values[0] = t === 0 ? 1 : 0;
    const results = await this.#gpt.step(t, { token: token.tensor, class: classes.tensor, first: first.tensor });
    const logits = await takeFloats(results.logits!, groups * vocab, 'The logits');
    return { classLogits: logits.subarray(0, vocab), nullLogits: groups === 2 ? logits.subarray(vocab) : null };
  }

  dispose(): void {
    this.#gpt.dispose();
    for (const { tensor } of Object.values(this.#feeds ?? {})) tensor.dispose();
    this.#feeds = null;
  }
}
