/** DecodeGraphs of the token-by-token baseline (kind gpt) over any onnxruntime: one graph makes the logits (docs/packs.md). */
import { FeedSets, intFeed, type Feed } from './feed.ts';
import type { DecodeGraphs, DeviceAnswers, Position, Timed, TokenRequest, TokenStep } from './graphs.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import { KvCache } from './kv-cache.ts';
import type { GptManifest } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import { logitsOf, type Place } from './places.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';

export class GptGraphs implements DecodeGraphs {
  readonly mostPositions = 1;
  readonly #runner: GraphRunner;
  readonly #m: GptManifest;
  readonly #cache: KvCache;
  readonly #feeds: FeedSets<Record<'token' | 'class' | 'first', Feed<Int32Array>>>;
  #groups: Groups = 1;
  /** Class index of every row, the images' own first. */
  #classes: readonly number[] = [];
  /** x_{t-1} of every image, ignored at t = 0. */
  #tokens: number[] = [];
  #tokenStep: DecodeGraphs['tokenStep'];

  constructor(runner: GraphRunner, manifest: GptManifest) {
    this.#runner = runner;
    this.#m = manifest;
    this.#cache = new KvCache(runner, 'gpt', manifest.model.blocks, ['logits']);
    this.#feeds = new FeedSets((n) => ({ token: intFeed(runner, [1, n]), class: intFeed(runner, [this.#groups, n]), first: intFeed(runner, [n]) }));
  }

  get tokenStep(): DecodeGraphs['tokenStep'] {
    return this.#tokenStep;
  }

  async begin(classes: readonly number[], against: readonly number[] | null): Promise<void> {
    const { model: { dim, heads }, grid } = this.#m;
    const groups = against ? 2 : 1;
    this.dispose();
    // The device samples for one image; of several the answers are read.
    const device = classes.length === 1 ? this.#runner.onDevice : undefined;
    this.#tokenStep = device && ((tokens, _drafts, _scored, timed) => this.#onDevice(device, tokens, timed));
    this.#groups = groups;
    this.#classes = [...classes, ...(against ?? [])];
    this.#tokens = classes.map(() => 0);
    this.#cache.begin({ images: classes.length, groups, heads, capacity: grid.tokens + 1, headDim: dim / heads }, device ? ['logits'] : []);
  }

  /** Runs of this kind are token by token: an entropy model is in the pack for inspection, and a null class is read from its logits. */
  entropyStep(): Promise<never> {
    return Promise.reject(new Error('a pack of kind gpt decodes without the entropy model'));
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    for (const { image, token } of steps) this.#tokens[image] = token;
  }

  async patchStep(): Promise<void> {
    // A token is its own patch: nothing is pooled and nothing conditions it.
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
    const { vocab } = this.#m;
    const groups = this.#groups;
    const places = this.#cache.places(steps.map(({ image, t }) => ({ image, slot: t })));
    return logitsOf(await takeFloats(await this.#logits(places), groups * places.length * vocab, say`The logits`), places, groups, vocab);
  }

  /** The one image of the batch. */
  async #onDevice(device: OnDevice, tokens: readonly TokenRequest[], timed: Timed): Promise<DeviceAnswers> {
    const { t, rules, seed, forced, nullEntropy } = tokens[0]!;
    const logits = await timed('gpt', tokens, () => this.#logits([{ image: 0, slot: t, step: 0 }]));
    await timed('sampling', tokens, () => device.sample({ logits, positions: 1, groups: this.#groups, rules, at: { seed, t }, forced: [forced], drafts: [], nullEntropy }, 1));
    const { sampled } = await timed('wait', tokens, () => device.read(null));
    this.#tokens[0] = sampled[0]!.choice.token;
    return { results: sampled, entropies: [] };
  }

  dispose(): void {
    this.#cache.dispose();
    this.#feeds.dispose();
    this.#tokenStep = undefined;
  }
}
