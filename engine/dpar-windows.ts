/** DecodeGraphs of a DPAR pack that take several positions of an image a run, one image after the other (docs/packs.md "Several positions at once"). */
import { DeviceMemory, HostMemory, type EncoderMemory } from './encoder-memory.ts';
import { FeedSets, floatFeed, intFeed, type Feed } from './feed.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { DecodeGraphs, DecodeStep, DeviceAnswers, PatchStep, Timed, TokenRequest, TokenStep } from './graphs.ts';
import { KvCache } from './kv-cache.ts';
import type { DparManifest } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import { classSlotAngles, dynamicRope } from './rope.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';
import { byImage, rowClasses, ROWS, windowLogits } from './window-rows.ts';
import { MOST_POSITIONS } from './window.ts';

/** What belongs to one image of the batch. */
interface Image {
  classes: Feed<Int32Array>;
  memory: EncoderMemory;
  entropy: KvCache;
  encoder: KvCache;
  patchTransformer: KvCache;
  decoder: KvCache;
  /** [positions + 1, 2, size]: what patches condition the decoder with, patch m at m mod (positions + 1). A pass reads the open patch and those that it opens. */
  conditions: Feed<Float32Array> | GraphTensor;
}

export class DparWindows implements DecodeGraphs {
  readonly mostPositions = MOST_POSITIONS;
  readonly #runner: GraphRunner;
  readonly #m: DparManifest;
  #images: Image[] = [];
  #groups: Groups = 1;
  #ring = 0;
  #device: OnDevice | undefined;
  /** Of n positions. */
  readonly #tokens: FeedSets<{ token: Feed<Int32Array> }>;
  readonly #decoderFeeds: FeedSets<Record<'first' | 'patchOf', Feed<Int32Array>>>;
  /** Of n patches. */
  readonly #patchFeeds: FeedSets<{ length: Feed<Int32Array>; cos: Feed<Float32Array>; sin: Feed<Float32Array> }>;

  constructor(runner: GraphRunner, manifest: DparManifest) {
    const { dim, heads } = manifest.model;
    const angles = dim / heads / 2;
    this.#runner = runner;
    this.#m = manifest;
    this.#tokens = new FeedSets((n) => ({ token: intFeed(runner, [1, n]) }));
    this.#decoderFeeds = new FeedSets((n) => ({ first: intFeed(runner, [n]), patchOf: intFeed(runner, [n]) }));
    this.#patchFeeds = new FeedSets((n) => ({ length: intFeed(runner, [n]), cos: floatFeed(runner, [n, 1, angles]), sin: floatFeed(runner, [n, 1, angles]) }));
  }

  get tokenStep(): DecodeGraphs['tokenStep'] {
    const device = this.#device;
    return device && ((tokens, drafts, scored, timed) => this.#onDevice(device, tokens, drafts, scored, timed));
  }

  get #condSize(): number {
    const { dim, decoderBlocks } = this.#m.model;
    return ROWS * decoderBlocks * dim;
  }

  async begin(classes: readonly number[], against: readonly number[] | null, positions: number): Promise<void> {
    const { model, entropyModel, grid } = this.#m;
    const runner = this.#runner;
    this.dispose();
    this.#groups = against ? 2 : 1;
    this.#ring = positions + 1;
    // The device samples for one image; of several the answers are read.
    const device = classes.length === 1 ? runner.onDevice : undefined;
    this.#device = device;
    const capacity = grid.tokens + 1;
    this.#images = classes.map((label, image): Image => {
      const shape = { images: 1, groups: 1 as const, capacity, headDim: model.dim / model.heads };
      const conditions = [this.#ring, ROWS, model.decoderBlocks * model.dim];
      const one = {
        classes: rowClasses(runner, label, against?.[image]),
        memory: device ? new DeviceMemory(device, grid.tokens, model.dim, model.window) : new HostMemory(runner, grid.tokens, model.dim, model.window),
        conditions: device ? device.zeros(conditions) : floatFeed(runner, conditions),
        entropy: new KvCache(runner, 'entropy_window', entropyModel.blocks, ['entropy']),
        encoder: new KvCache(runner, 'encoder_window', model.encoderBlocks, ['h', 'k', 'v']),
        patchTransformer: new KvCache(runner, 'patch_transformer_window', model.patchTransformerBlocks, ['cond']),
        decoder: new KvCache(runner, 'decoder_window', model.decoderBlocks, ['logits']),
      };
      one.entropy.begin({ ...shape, heads: entropyModel.heads, headDim: entropyModel.dim / entropyModel.heads }, device ? ['entropy'] : []);
      one.encoder.begin({ ...shape, heads: model.heads }, device ? ['h', 'k', 'v'] : []);
      one.patchTransformer.begin({ ...shape, heads: ROWS * model.heads }, device ? ['cond'] : []);
      one.decoder.begin({ ...shape, heads: ROWS * model.heads }, device ? ['logits'] : []);
      return one;
    });
  }

  #fed(steps: readonly TokenStep[]): GraphTensor {
    const { token } = this.#tokens.of(steps.length);
    for (const [i, step] of steps.entries()) token.values[i] = step.token;
    return token.tensor;
  }

  async #entropies(image: number, t: number, n: number, token: GraphTensor): Promise<GraphTensor> {
    return (await this.#images[image]!.entropy.run([{ image: 0, slot: t, step: 0 }], { token }, n)).entropy!;
  }

  async entropyStep(steps: readonly TokenStep[]): Promise<ArrayLike<number>> {
    const all: number[] = [];
    for (const own of byImage(steps)) {
      const entropy = await this.#entropies(own[0]!.image, own[0]!.t, own.length, this.#fed(own));
      all.push(...(await takeFloats(entropy, own.length, say`The entropies`)));
    }
    return all;
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    for (const own of byImage(steps)) await this.#encode(own[0]!.image, own[0]!.t, own.length, this.#fed(own));
  }

  async #encode(image: number, t: number, n: number, token: GraphTensor): Promise<void> {
    const { encoder, memory } = this.#images[image]!;
    await memory.take(t, n, await encoder.run([{ image: 0, slot: t, step: 0 }], { token }, n));
  }

  async patchStep(steps: readonly PatchStep[]): Promise<void> {
    for (const own of byImage(steps)) await this.#patches(this.#images[own[0]!.image]!, own);
  }

  async #patches({ patchTransformer, memory, classes, conditions }: Image, steps: readonly PatchStep[]): Promise<void> {
    const { model: { dim, heads }, grid } = this.#m;
    const n = steps.length;
    const { length, cos, sin } = this.#patchFeeds.of(n);
    for (const [i, { span }] of steps.entries()) {
      const angles = span ? dynamicRope(span, grid.width, dim / heads) : classSlotAngles(dim / heads);
      length.values[i] = span ? span.end - span.start + 1 : 0;
      cos.values.set(angles.cos, (i * dim) / heads / 2);
      sin.values.set(angles.sin, (i * dim) / heads / 2);
    }
    const first = steps[0]!.slot;
    const { cond } = await patchTransformer.run([{ image: 0, slot: first, step: 0 }], {
      ...memory.windows(steps), length: length.tensor, class: classes.tensor, cos: cos.tensor, sin: sin.tensor,
    }, n);
    const size = this.#condSize;
    if ('values' in conditions) {
      const values = await takeFloats(cond!, n * size, say`The conditioning`);
      for (let i = 0; i < n; i++) conditions.values.set(values.subarray(i * size, (i + 1) * size), ((first + i) % this.#ring) * size);
      return;
    }
    // At most twice as many neighbours as the ring has, so at most two runs of them.
    const before = Math.min(n, this.#ring - (first % this.#ring));
    this.#device!.copy([
      { from: cond!, to: conditions, at: (first % this.#ring) * size, size: before * size },
      ...(before < n ? [{ from: cond!, to: conditions, at: 0, first: before * size, size: (n - before) * size }] : []),
    ]);
    cond!.dispose();
  }

  /** [n, 2, V] of the positions of one image. */
  async #logits(steps: readonly DecodeStep[]): Promise<GraphTensor> {
    const { decoder, memory, conditions } = this.#images[steps[0]!.image]!;
    const n = steps.length;
    const { first, patchOf } = this.#decoderFeeds.of(n);
    for (const [i, { t, patch }] of steps.entries()) {
      first.values[i] = t === 0 ? 1 : 0;
      patchOf.values[i] = patch % this.#ring;
    }
    const { t } = steps[0]!;
    const cond = 'values' in conditions ? conditions.tensor : conditions;
    return (await decoder.run([{ image: 0, slot: t, step: 0 }], { h: memory.before(t, n), cond, first: first.tensor, patch_of: patchOf.tensor }, n)).logits!;
  }

  async decoderStep(steps: readonly DecodeStep[]): Promise<DecodeLogits[]> {
    return windowLogits(steps, this.#groups, this.#m.vocab, (own) => this.#logits(own));
  }

  /** The one image of the batch. */
  async #onDevice(device: OnDevice, tokens: readonly TokenRequest[], drafts: readonly number[], scored: boolean, timed: Timed): Promise<DeviceAnswers> {
    const { t, rules, seed } = tokens[0]!;
    // Nothing reads the last token.
    const fed = Math.min(tokens.length, this.#m.grid.tokens - 1 - t) + drafts.length;
    const logits = await timed('decoder', tokens, () => this.#logits(tokens));
    const token = await timed('sampling', tokens, () => device.sample({
      logits, positions: tokens.length, groups: this.#groups, rules, at: { seed, t }, forced: tokens.map((one) => one.forced), drafts,
    }, fed));
    if (fed > 0) await timed('encoder', tokens, () => this.#encode(0, t, fed, token));
    const entropy = fed > 0 && scored ? await timed('entropy', tokens, () => this.#entropies(0, t, fed, token)) : null;
    const { sampled, also } = await timed('wait', tokens, () => device.read(entropy));
    entropy?.dispose();
    return { results: sampled.map(({ choice }) => ({ choice, nullEntropy: null })), entropies: also };
  }

  dispose(): void {
    for (const { classes, memory, entropy, encoder, patchTransformer, decoder, conditions } of this.#images) {
      for (const one of [memory, entropy, encoder, patchTransformer, decoder, classes.tensor, 'values' in conditions ? conditions.tensor : conditions]) one.dispose();
    }
    for (const feeds of [this.#tokens, this.#decoderFeeds, this.#patchFeeds]) feeds.dispose();
    this.#images = [];
    this.#device = undefined;
  }
}
