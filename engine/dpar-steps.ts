/** A batch of a DPAR pack that takes one position of each image a run: all feeding of the four decode graphs (docs/packs.md "Graphs"). */
import type { Batch } from './batch.ts';
import { Conditions } from './conditions.ts';
import { devicePass } from './device-pass.ts';
import { DeviceStates, HostStates, type EncoderStates } from './encoder-states.ts';
import { EntropySteps } from './entropy-steps.ts';
import { FeedSets, intFeed } from './feed.ts';
import type { BatchGraphs, PatchStep, Position, TokenStep } from './graphs.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { KvCache } from './kv-cache.ts';
import type { DparManifest } from './manifest.ts';
import { feedPatch, patchFeeds } from './patch-feeds.ts';
import { logitsOf, type Place } from './places.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';

/** Feeds of runs of n images, beside caches, the encoder's states and the conditioning. */
const feedsFor = (runner: GraphRunner, n: number, groups: Groups, angles: number) => ({
  token: intFeed(runner, [n, 1]), first: intFeed(runner, [n]), class: intFeed(runner, [groups, n]), ...patchFeeds(runner, n, groups, angles),
});

export class DparSteps implements BatchGraphs {
  readonly #m: DparManifest;
  readonly #groups: Groups;
  /** Class index of every row, the images' own first. */
  readonly #classes: readonly number[];
  readonly #entropy: EntropySteps;
  readonly #encoder: KvCache;
  readonly #patchTransformer: KvCache;
  readonly #decoder: KvCache;
  readonly #states: EncoderStates;
  readonly #conditions: Conditions;
  readonly #feeds: FeedSets<ReturnType<typeof feedsFor>>;
  readonly tokenStep: BatchGraphs['tokenStep'];

  constructor(batch: Batch, manifest: DparManifest) {
    const { runner, classes, against, groups, device, cache } = batch;
    const { model, grid } = manifest;
    const { dim, heads, window: patchWindow } = model;
    const images = classes.length;
    const shape = { images, heads, capacity: grid.tokens + 1, headDim: dim / heads };
    this.#m = manifest;
    this.#groups = groups;
    this.#classes = [...classes, ...(against ?? [])];
    this.#entropy = new EntropySteps(batch, manifest);
    this.#encoder = cache('encoder', model.encoderBlocks, ['h', 'k', 'v']);
    this.#patchTransformer = cache('patch_transformer', model.patchTransformerBlocks, ['cond']);
    this.#decoder = cache('decoder', model.decoderBlocks, ['logits']);
    this.#encoder.begin({ ...shape, groups: 1 }, device ? ['h', 'k', 'v'] : []);
    this.#patchTransformer.begin({ ...shape, groups }, images === 1 ? ['cond'] : []);
    this.#decoder.begin({ ...shape, groups }, device ? ['logits'] : []);
    this.#states = device ? new DeviceStates(device, dim, patchWindow) : new HostStates(runner, images, dim, patchWindow);
    this.#conditions = new Conditions(runner, images, groups, model.decoderBlocks * dim);
    this.#feeds = new FeedSets((n) => feedsFor(runner, n, groups, dim / heads / 2));
    const place = (slot: number): Place[] => [{ image: 0, slot, step: 0 }];
    this.tokenStep = device && devicePass(device, groups, {
      stage: 'decoder', logits: ([token]) => this.#logits(place(token!.t)),
      reads: { tokens: grid.tokens, encode: (t, _, token) => this.#encode(place(t), token), entropies: (t, _, token) => this.#entropy.onDevice(t, token) },
    });
  }

  entropyStep(steps: readonly TokenStep[]): Promise<ArrayLike<number>> {
    return this.#entropy.step(steps);
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    const places = this.#encoder.places(steps.map(({ image, t }) => ({ image, slot: t })));
    const { token } = this.#feeds.of(places.length);
    for (const [i, { step }] of places.entries()) if (step !== null) token.values[i] = steps[step]!.token;
    await this.#encode(places, token.tensor);
  }

  async #encode(places: readonly Place[], token: GraphTensor): Promise<void> {
    await this.#states.take(places, await this.#encoder.run(places, { token }));
  }

  async patchStep(steps: readonly PatchStep[]): Promise<void> {
    const { model: { dim, heads }, grid } = this.#m;
    const groups = this.#groups;
    const classes = this.#classes;
    const places = this.#patchTransformer.places(steps);
    const n = places.length;
    const feeds = this.#feeds.of(n);
    const { length, class: label, cos, sin } = feeds;
    for (const [i, { image, step }] of places.entries()) {
      // An idle image is fed with what it was fed with before.
      if (step !== null) feedPatch(feeds, i, steps[step]!.span, grid.width, dim / heads);
      for (let g = 0; g < groups; g++) label.values[g * n + i] = classes[(g * classes.length) / groups + image]!;
    }
    const { cond } = await this.#patchTransformer.run(places, {
      ...this.#states.patchWindows(places, steps), length: length.tensor, class: label.tensor, cos: cos.tensor, sin: sin.tensor,
    });
    await this.#conditions.take(places, cond!);
  }

  /** [groups * n, 1, V] of x_t. */
  async #logits(places: readonly Place[]): Promise<GraphTensor> {
    const { first } = this.#feeds.of(places.length);
    for (const [i, { slot }] of places.entries()) first.values[i] = slot === 0 ? 1 : 0;
    return (await this.#decoder.run(places, { h: this.#states.before(places), cond: this.#conditions.of(places), first: first.tensor })).logits!;
  }

  async decoderStep(steps: readonly Position[]): Promise<DecodeLogits[]> {
    const { vocab } = this.#m;
    const groups = this.#groups;
    const places = this.#decoder.places(steps.map(({ image, t }) => ({ image, slot: t })));
    return logitsOf(await takeFloats(await this.#logits(places), groups * places.length * vocab, say`The logits`), places, groups, vocab);
  }

  dispose(): void {
    for (const one of [this.#entropy, this.#encoder, this.#patchTransformer, this.#decoder, this.#states, this.#conditions, this.#feeds]) one.dispose();
  }
}
