/** DecodeGraphs of the token-by-token baseline (kind gpt) over any onnxruntime: one graph makes the logits (docs/packs.md). */
import { FeedSets, intFeed, type Feed } from './feed.ts';
import type { DecodeGraphs, Position, TokenStep } from './graphs.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { KvCache } from './kv-cache.ts';
import type { GptManifest } from './manifest.ts';
import { logitsOf } from './places.ts';
import type { DecodeLogits, Groups } from './sampling.ts';

export class GptGraphs implements DecodeGraphs {
  readonly #m: GptManifest;
  readonly #cache: KvCache;
  readonly #feeds: FeedSets<Record<'token' | 'class' | 'first', Feed<Int32Array>>>;
  #groups: Groups = 1;
  #classes: readonly number[] = [];
  /** x_{t-1} of every image, ignored at t = 0. */
  #tokens: number[] = [];

  constructor(runner: GraphRunner, manifest: GptManifest) {
    this.#m = manifest;
    this.#cache = new KvCache(runner, 'gpt', manifest.model.blocks, ['logits']);
    this.#feeds = new FeedSets((n) => ({ token: intFeed(runner, [1, n]), class: intFeed(runner, [this.#groups, n]), first: intFeed(runner, [n]) }));
  }

  async begin(groups: Groups, classes: readonly number[]): Promise<void> {
    const { model: { dim, heads }, grid } = this.#m;
    this.dispose();
    this.#groups = groups;
    this.#classes = [...classes];
    this.#tokens = classes.map(() => 0);
    this.#cache.begin({ images: classes.length, groups, heads, capacity: grid.tokens + 1, headDim: dim / heads });
  }

  /** Runs of this kind are token by token: the entropy model is in the pack for inspection. */
  entropyStep(): Promise<never> {
    return Promise.reject(new Error('a pack of kind gpt decodes without the entropy model'));
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    for (const { image, token } of steps) this.#tokens[image] = token;
  }

  async patchStep(): Promise<void> {
    // A token is its own patch: nothing is pooled and nothing conditions it.
  }

  async decoderStep(steps: readonly Position[]): Promise<DecodeLogits[]> {
    const { vocab, classes: { length: none } } = this.#m;
    const groups = this.#groups;
    const places = this.#cache.places(steps.map(({ image, t }) => ({ image, slot: t })));
    const n = places.length;
    const { token, class: label, first } = this.#feeds.of(n);
    for (const [i, { image, slot }] of places.entries()) {
      token.values[i] = this.#tokens[image]!;
      label.values[i] = this.#classes[image]!;
      if (groups === 2) label.values[n + i] = none;
      first.values[i] = slot === 0 ? 1 : 0;
    }
    const { logits } = await this.#cache.run(places, { token: token.tensor, class: label.tensor, first: first.tensor });
    return logitsOf(await takeFloats(logits!, groups * n * vocab, 'The logits'), places, groups, vocab);
  }

  dispose(): void {
    this.#cache.dispose();
    this.#feeds.dispose();
  }
}
