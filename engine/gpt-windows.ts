/** DecodeGraphs of the token-by-token baseline that take several positions of an image a run, one image after the other (docs/packs.md). */
import { FeedSets, intFeed, type Feed } from './feed.ts';
import type { GraphRunner } from './graph-runner.ts';
import type { DecodeGraphs, DeviceAnswers, Position, Timed, TokenRequest, TokenStep } from './graphs.ts';
import { KvCache } from './kv-cache.ts';
import type { GptManifest } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';
import { rowClasses, ROWS, windowLogits } from './window-rows.ts';
import { draftTokens, MOST_POSITIONS } from './window.ts';

interface Image {
  classes: Feed<Int32Array>;
  cache: KvCache;
  /** x_t of all tokens and drafts so far. */
  tokens: Int32Array;
}

export class GptWindows implements DecodeGraphs {
  readonly mostPositions = MOST_POSITIONS;
  readonly #runner: GraphRunner;
  readonly #m: GptManifest;
  readonly #feeds: FeedSets<Record<'token' | 'first', Feed<Int32Array>>>;
  #groups: Groups = 1;
  #images: Image[] = [];
  #device: OnDevice | undefined;

  constructor(runner: GraphRunner, manifest: GptManifest) {
    this.#runner = runner;
    this.#m = manifest;
    this.#feeds = new FeedSets((n) => ({ token: intFeed(runner, [1, n]), first: intFeed(runner, [n]) }));
  }

  get tokenStep(): DecodeGraphs['tokenStep'] {
    const device = this.#device;
    return device && ((tokens, drafts, _, timed) => this.#onDevice(device, tokens, drafts, timed));
  }

  async begin(classes: readonly number[], against: readonly number[] | null): Promise<void> {
    const { model: { dim, heads, blocks }, grid } = this.#m;
    this.dispose();
    this.#groups = against ? 2 : 1;
    // The device samples for one image; of several the answers are read.
    const device = classes.length === 1 ? this.#runner.onDevice : undefined;
    this.#device = device;
    this.#images = classes.map((label, image) => {
      const cache = new KvCache(this.#runner, 'gpt_window', blocks, ['logits']);
      cache.begin({ images: 1, groups: 1, heads: ROWS * heads, capacity: grid.tokens + 1, headDim: dim / heads }, device ? ['logits'] : []);
      return { classes: rowClasses(this.#runner, label, against?.[image]), cache, tokens: new Int32Array(grid.tokens) };
    });
  }

  /** Runs of this kind are token by token: an entropy model is in the pack for inspection, and a null class is read from its logits. */
  entropyStep(): Promise<never> {
    return Promise.reject(new Error('a pack of kind gpt decodes without the entropy model'));
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    for (const { image, t, token } of steps) this.#images[image]!.tokens[t] = token;
  }

  async patchStep(): Promise<void> {
    // A token is its own patch: nothing is pooled and nothing conditions it.
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
    return windowLogits(steps, this.#groups, this.#m.vocab, (own) => this.#logits(own));
  }

  /** The one image of the batch. */
  async #onDevice(device: OnDevice, steps: readonly TokenRequest[], drafts: readonly number[], timed: Timed): Promise<DeviceAnswers> {
    const { t, rules, seed } = steps[0]!;
    const logits = await timed('gpt', steps, () => this.#logits(steps));
    await timed('sampling', steps, () => device.sample({
      logits, positions: steps.length, groups: this.#groups, rules, at: { seed, t }, forced: steps.map((one) => one.forced), drafts: [], nullEntropy: steps.some((one) => one.nullEntropy),
    }, steps.length));
    const { sampled } = await timed('wait', steps, () => device.read(null));
    const { tokens } = this.#images[0]!;
    const answers = sampled.map(({ choice }) => choice.token);
    tokens.set(answers, t);
    tokens.set(draftTokens(drafts, answers), t + answers.length);
    return { results: sampled.map(({ choice, nullEntropy }, i) => ({ choice, nullEntropy: steps[i]!.nullEntropy ? nullEntropy : null })), entropies: [] };
  }

  dispose(): void {
    for (const { cache, classes } of this.#images) for (const one of [cache, classes.tensor]) one.dispose();
    this.#feeds.dispose();
    this.#images = [];
    this.#device = undefined;
  }
}
