/** DecodeGraphs of the token-by-token baseline (kind gpt) over any onnxruntime: one graph makes the logits (docs/packs.md). */
import type { DecodeGraphs, DecodeLogits } from './graphs.ts';
import { takeFloats, type GraphRunner, type Tensors } from './graph-runner.ts';
import { cachedStep, KvCache } from './kv-cache.ts';
import type { GptManifest } from './manifest.ts';

export class GptGraphs implements DecodeGraphs {
  readonly #runner: GraphRunner;
  readonly #m: GptManifest;
  readonly #gpt: KvCache;
  readonly #entropy: KvCache;
  #groups: 1 | 2 = 1;
  #classes = new Int32Array(1);
  /** x_{t-1}, which the next step feeds. */
  #token = 0;

  constructor(runner: GraphRunner, manifest: GptManifest) {
    this.#runner = runner;
    this.#m = manifest;
    this.#gpt = new KvCache(runner, 'gpt', manifest.model.blocks);
    this.#entropy = new KvCache(runner, 'entropy', manifest.entropyModel.blocks);
  }

  async begin(groups: 1 | 2, classIndex: number): Promise<void> {
    const { model, entropyModel, grid, classes } = this.#m;
    const capacity = grid.tokens + 1;
    this.dispose();
    this.#groups = groups;
    this.#classes = Int32Array.from(groups === 2 ? [classIndex, classes.length] : [classIndex]);
    this.#gpt.begin(groups, model.heads, capacity, model.dim / model.heads);
    this.#entropy.begin(1, entropyModel.heads, capacity, entropyModel.dim / entropyModel.heads);
  }

  /** The entropy model is in the pack for inspection; a run does not need it. */
  async entropyStep(t: number, token: number): Promise<number> {
    const feeds = { token: this.#runner.tensor('int32', Int32Array.of(token), [1, 1]) };
    const results = await cachedStep(this.#runner, this.#entropy, 'entropy', t, 1, feeds, ['entropy']);
    feeds.token.dispose();
    return (await takeFloats(results.entropy!, 1, 'The entropy'))[0]!;
  }

  async encoderStep(_t: number, token: number): Promise<void> {
    this.#token = token;
  }

  async patchStep(): Promise<void> {
    // A token is its own patch: nothing is pooled and nothing conditions it.
  }

  async decoderStep(t: number): Promise<DecodeLogits> {
    const { vocab } = this.#m;
    const groups = this.#groups;
    const feeds: Tensors = {
      token: this.#runner.tensor('int32', Int32Array.of(this.#token), [1, 1]),
      class: this.#runner.tensor('int32', this.#classes.slice(), [groups, 1]),
      first: this.#runner.tensor('int32', Int32Array.of(t === 0 ? 1 : 0), [1]),
    };
    const results = await cachedStep(this.#runner, this.#gpt, 'gpt', t, groups, feeds, ['logits']);
    for (const tensor of Object.values(feeds)) tensor.dispose();
    const logits = await takeFloats(results.logits!, groups * vocab, 'The logits');
    return { classLogits: logits.subarray(0, vocab), nullLogits: groups === 2 ? logits.subarray(vocab) : null };
  }

  dispose(): void {
    this.#gpt.dispose();
    this.#entropy.dispose();
    this.#token = 0;
  }
}
