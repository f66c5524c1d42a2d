/** A batch of the token-by-token baseline that takes several positions of an image a run, one image after the other (docs/packs.md). */
import type { Batch } from './batch.ts';
import { devicePass } from './device-pass.ts';
import { FeedSets, intFeed, type Feed } from './feed.ts';
import type { BatchGraphs, Position, TokenStep } from './graphs.ts';
import { KvCache } from './kv-cache.ts';
import type { GptManifest } from './manifest.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';
import { rowClasses, ROWS, windowLogits } from './window-rows.ts';
import { draftTokens } from './window.ts';
import { WithoutPatches } from './without-patches.ts';

interface Image {
  classes: Feed<Int32Array>;
  cache: KvCache;
  /** x_t of all tokens and drafts so far. */
  tokens: Int32Array;
}

export class GptWindows extends WithoutPatches implements BatchGraphs {
  readonly #vocab: number;
  readonly #groups: Groups;
  readonly #images: readonly Image[];
  readonly #feeds: FeedSets<Record<'token' | 'first', Feed<Int32Array>>>;
  readonly tokenStep: BatchGraphs['tokenStep'];

  constructor({ runner, classes, against, groups, device }: Batch, { model: { dim, heads, blocks }, grid, vocab }: GptManifest) {
    super();
    this.#vocab = vocab;
    this.#groups = groups;
    this.#images = classes.map((label, image) => {
      const cache = new KvCache(runner, 'gpt_window', blocks, ['logits']);
      cache.begin({ images: 1, groups: 1, heads: ROWS * heads, capacity: grid.tokens + 1, headDim: dim / heads }, device ? ['logits'] : []);
      return { classes: rowClasses(runner, label, against?.[image]), cache, tokens: new Int32Array(grid.tokens) };
    });
    this.#feeds = new FeedSets((n) => ({ token: intFeed(runner, [1, n]), first: intFeed(runner, [n]) }));
    const pass = device && devicePass(device, groups, { stage: 'gpt', logits: (steps) => this.#logits(steps) });
    this.tokenStep = pass && (async (steps, drafts, ...rest) => {
      const answers = await pass(steps, drafts, ...rest);
      const own = answers.results.map(({ choice }) => choice.token);
      const [{ tokens }] = this.#images as [Image];
      tokens.set(own, steps[0]!.t);
      tokens.set(draftTokens(drafts, own), steps[0]!.t + own.length);
      return answers;
    });
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    for (const { image, t, token } of steps) this.#images[image]!.tokens[t] = token;
  }

  /** [n, 2, V] of the positions of one image. */
  async #logits(steps: readonly Position[]): Promise<GraphTensor> {
    const [{ image, t }] = steps as [Position];
    const { cache, classes, tokens } = this.#images[image]!;
    const { token, first } = this.#feeds.of(steps.length);
    for (let i = 0; i < steps.length; i++) {
      token.values[i] = t + i === 0 ? 0 : tokens[t + i - 1]!;
      first.values[i] = t + i === 0 ? 1 : 0;
    }
    return (await cache.run([{ image: 0, slot: t, step: 0 }], { token: token.tensor, class: classes.tensor, first: first.tensor }, steps.length)).logits!;
  }

  async decoderStep(steps: readonly Position[]): Promise<DecodeLogits[]> {
    return windowLogits(steps, this.#groups, this.#vocab, (own) => this.#logits(own));
  }

  dispose(): void {
    for (const { cache, classes } of this.#images) for (const one of [cache, classes.tensor]) one.dispose();
    this.#feeds.dispose();
  }
}
