/** A batch of the token-by-token baseline (kind gpt) that takes one position of each image a run: one graph makes the logits (docs/packs.md). */
import type { Batch } from './batch.ts';
import { devicePass } from './device-pass.ts';
import { FeedSets, intFeed, type Feed } from './feed.ts';
import type { BatchGraphs, Position, TokenStep } from './graphs.ts';
import { takeFloats } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { KvCache } from './kv-cache.ts';
import type { GptManifest } from './manifest.ts';
import { logitsOf, type Place } from './places.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';
import { WithoutPatches } from './without-patches.ts';

export class GptSteps extends WithoutPatches implements BatchGraphs {
  readonly #vocab: number;
  readonly #cache: KvCache;
  readonly #feeds: FeedSets<Record<'token' | 'class' | 'first', Feed<Int32Array>>>;
  readonly #groups: Groups;
  /** Class index of every row, the images' own first. */
  readonly #classes: readonly number[];
  /** x_{t-1} of every image, ignored at t = 0. */
  readonly #tokens: number[];
  readonly tokenStep: BatchGraphs['tokenStep'];

  constructor({ runner, classes, against, groups, device, cache }: Batch, { model: { dim, heads, blocks }, grid, vocab }: GptManifest) {
    super();
    this.#vocab = vocab;
    this.#groups = groups;
    this.#classes = [...classes, ...(against ?? [])];
    this.#tokens = classes.map(() => 0);
    this.#cache = cache('gpt', blocks, ['logits']);
    this.#cache.begin({ images: classes.length, groups, heads, capacity: grid.tokens + 1, headDim: dim / heads }, device ? ['logits'] : []);
    this.#feeds = new FeedSets((n) => ({ token: intFeed(runner, [1, n]), class: intFeed(runner, [groups, n]), first: intFeed(runner, [n]) }));
    const pass = device && devicePass(device, groups, { stage: 'gpt', logits: ([token]) => this.#logits([{ image: 0, slot: token!.t, step: 0 }]) });
    this.tokenStep = pass && (async (...request) => {
      const answers = await pass(...request);
      this.#tokens[0] = answers.results[0]!.choice.token;
      return answers;
    });
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    for (const { image, token } of steps) this.#tokens[image] = token;
  }

  /** [groups * n, 1, V] of x_t. */
  async #logits(places: readonly Place[]): Promise<GraphTensor> {
    const groups = this.#groups;
    const images = this.#tokens.length;
    const n = places.length;
    const { token, class: label, first } = this.#feeds.of(n);
    for (const [i, { image, slot }] of places.entries()) {
      token.values[i] = this.#tokens[image]!;
      for (let g = 0; g < groups; g++) label.values[g * n + i] = this.#classes[g * images + image]!;
      first.values[i] = slot === 0 ? 1 : 0;
    }
    return (await this.#cache.run(places, { token: token.tensor, class: label.tensor, first: first.tensor })).logits!;
  }

  async decoderStep(steps: readonly Position[]): Promise<DecodeLogits[]> {
    const groups = this.#groups;
    const places = this.#cache.places(steps.map(({ image, t }) => ({ image, slot: t })));
    return logitsOf(await takeFloats(await this.#logits(places), groups * places.length * this.#vocab, say`The logits`), places, groups, this.#vocab);
  }

  dispose(): void {
    this.#cache.dispose();
    this.#feeds.dispose();
  }
}
