/** DecodeGraphs of a DPAR pack over any onnxruntime: all feeding of the four decode graphs (docs/packs.md "Graphs"). */
import { Conditions } from './conditions.ts';
import { DeviceRows, HostRows, type EncoderRows } from './encoder-rows.ts';
import { EntropySteps } from './entropy-steps.ts';
import { FeedSets, floatFeed, intFeed } from './feed.ts';
import type { DecodeGraphs, DeviceAnswers, PatchStep, Position, Timed, TokenRequest, TokenStep } from './graphs.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import { KvCache } from './kv-cache.ts';
import type { DparManifest } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import { logitsOf, type Place } from './places.ts';
import { classSlotAngles, dynamicRope } from './rope.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';

/** What belongs to the batch under way, not to the model. */
interface Batch {
  groups: Groups;
  /** Class index of every row, the images' own first. */
  classes: readonly number[];
  rows: EncoderRows;
  conditions: Conditions;
  feeds: FeedSets<ReturnType<typeof feedsFor>>;
}

/** Feeds of runs of n images, beside caches, the encoder's rows and the conditioning. */
const feedsFor = (runner: GraphRunner, n: number, groups: Groups, angles: number) => ({
  token: intFeed(runner, [n, 1]), first: intFeed(runner, [n]), length: intFeed(runner, [n]), class: intFeed(runner, [groups, n]),
  cos: floatFeed(runner, [groups * n, 1, angles]), sin: floatFeed(runner, [groups * n, 1, angles]),
});

export class DparGraphs implements DecodeGraphs {
  readonly mostPositions = 1;
  readonly #runner: GraphRunner;
  readonly #m: DparManifest;
  readonly #entropy: EntropySteps;
  readonly #encoder: KvCache;
  readonly #patchTransformer: KvCache;
  readonly #decoder: KvCache;
  #batch: Batch | null = null;
  #tokenStep: DecodeGraphs['tokenStep'];

  constructor(runner: GraphRunner, manifest: DparManifest) {
    const { model } = manifest;
    this.#runner = runner;
    this.#m = manifest;
    this.#entropy = new EntropySteps(runner, manifest);
    this.#encoder = new KvCache(runner, 'encoder', model.encoderBlocks, ['h', 'k', 'v']);
    this.#patchTransformer = new KvCache(runner, 'patch_transformer', model.patchTransformerBlocks, ['cond']);
    this.#decoder = new KvCache(runner, 'decoder', model.decoderBlocks, ['logits']);
  }

  get tokenStep(): DecodeGraphs['tokenStep'] {
    return this.#tokenStep;
  }

  async begin(classes: readonly number[], against: readonly number[] | null): Promise<void> {
    const { model: { dim, heads, window, decoderBlocks }, grid } = this.#m;
    const groups = against ? 2 : 1;
    const runner = this.#runner;
    const images = classes.length;
    this.dispose();
    // The device samples for one image; of several the answers are read.
    const device = images === 1 ? runner.onDevice : undefined;
    this.#tokenStep = device && ((tokens, _, scored, timed) => this.#onDevice(device, tokens, scored, timed));
    this.#batch = {
      groups, classes: [...classes, ...(against ?? [])],
      rows: device ? new DeviceRows(device, dim, window) : new HostRows(runner, images, dim, window),
      conditions: new Conditions(runner, images, groups, decoderBlocks * dim),
      feeds: new FeedSets((n) => feedsFor(runner, n, groups, dim / heads / 2)),
    };
    const shape = { images, heads, capacity: grid.tokens + 1, headDim: dim / heads };
    this.#entropy.begin(images, device !== undefined);
    this.#encoder.begin({ ...shape, groups: 1 }, device ? ['h', 'k', 'v'] : []);
    this.#patchTransformer.begin({ ...shape, groups }, images === 1 ? ['cond'] : []);
    this.#decoder.begin({ ...shape, groups }, device ? ['logits'] : []);
  }

  entropyStep(steps: readonly TokenStep[]): Promise<ArrayLike<number>> {
    return this.#entropy.step(steps);
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    const places = this.#encoder.places(steps.map(({ image, t }) => ({ image, slot: t })));
    const { token } = this.#batch!.feeds.of(places.length);
    for (const [i, { step }] of places.entries()) if (step !== null) token.values[i] = steps[step]!.token;
    await this.#encode(places, token.tensor);
  }

  async #encode(places: readonly Place[], token: GraphTensor): Promise<void> {
    await this.#batch!.rows.take(places, await this.#encoder.run(places, { token }));
  }

  async patchStep(steps: readonly PatchStep[]): Promise<void> {
    const { model: { dim, heads }, grid } = this.#m;
    const { groups, classes, rows, conditions, feeds } = this.#batch!;
    const headDim = dim / heads;
    const places = this.#patchTransformer.places(steps);
    const n = places.length;
    const { length, class: label, cos, sin } = feeds.of(n);
    for (const [i, { image, step }] of places.entries()) {
      // An idle image is fed with what it was fed with before.
      const span = step === null ? undefined : steps[step]!.span;
      const angles = span === undefined ? null : span ? dynamicRope(span, grid.width, headDim) : classSlotAngles(headDim);
      if (angles) length.values[i] = span ? span.end - span.start + 1 : 0;
      for (let g = 0; g < groups; g++) {
        label.values[g * n + i] = classes[(g * classes.length) / groups + image]!;
        if (!angles) continue;
        cos.values.set(angles.cos, ((g * n + i) * headDim) / 2);
        sin.values.set(angles.sin, ((g * n + i) * headDim) / 2);
      }
    }
    const { cond } = await this.#patchTransformer.run(places, {
      ...rows.windows(places, steps), length: length.tensor, class: label.tensor, cos: cos.tensor, sin: sin.tensor,
    });
    await conditions.take(places, cond!);
  }

  /** [groups * n, 1, V] of x_t. */
  async #logits(places: readonly Place[]): Promise<GraphTensor> {
    const { rows, conditions, feeds } = this.#batch!;
    const { first } = feeds.of(places.length);
    for (const [i, { slot }] of places.entries()) first.values[i] = slot === 0 ? 1 : 0;
    return (await this.#decoder.run(places, { h: rows.before(places), cond: conditions.of(places), first: first.tensor })).logits!;
  }

  async decoderStep(steps: readonly Position[]): Promise<DecodeLogits[]> {
    const { vocab } = this.#m;
    const { groups } = this.#batch!;
    const places = this.#decoder.places(steps.map(({ image, t }) => ({ image, slot: t })));
    return logitsOf(await takeFloats(await this.#logits(places), groups * places.length * vocab, say`The logits`), places, groups, vocab);
  }

  /** The one image of the batch. */
  async #onDevice(device: OnDevice, tokens: readonly TokenRequest[], scored: boolean, timed: Timed): Promise<DeviceAnswers> {
    const { t, rules, seed, forced } = tokens[0]!;
    const places: Place[] = [{ image: 0, slot: t, step: 0 }];
    const logits = await timed('decoder', tokens, () => this.#logits(places));
    const token = await timed('sampling', tokens, () => device.sample({ logits, positions: 1, groups: this.#batch!.groups, rules, at: { seed, t }, forced: [forced], drafts: [] }, 1));
    // Nothing runs after the last token.
    const feeds = t + 1 < this.#m.grid.tokens;
    if (feeds) await timed('encoder', tokens, () => this.#encode(places, token));
    const entropy = feeds && scored ? await timed('entropy', tokens, () => this.#entropy.onDevice(t, token)) : null;
    const { sampled, also } = await timed('wait', tokens, () => device.read(entropy));
    entropy?.dispose();
    return { results: sampled.map(({ choice }) => ({ choice, nullEntropy: null })), entropies: also };
  }

  dispose(): void {
    for (const one of [this.#entropy, this.#encoder, this.#patchTransformer, this.#decoder]) one.dispose();
    if (this.#batch) for (const one of [this.#batch.feeds, this.#batch.rows, this.#batch.conditions]) one.dispose();
    this.#batch = null;
    this.#tokenStep = undefined;
  }
}
