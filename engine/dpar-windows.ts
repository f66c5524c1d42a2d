/** A batch of a DPAR pack that takes several positions of an image a run, one image after the other (docs/packs.md "Several positions at once"). */
import type { Batch } from './batch.ts';
import { devicePass } from './device-pass.ts';
import { DeviceMemory, HostMemory, type EncoderMemory } from './encoder-memory.ts';
import { FeedSets, floatFeed, intFeed, type Feed } from './feed.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { BatchGraphs, DecodeStep, PatchStep, TokenStep } from './graphs.ts';
import { KvCache } from './kv-cache.ts';
import type { DparManifest } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import { feedPatch, patchFeeds, type PatchFeeds } from './patch-feeds.ts';
import type { DecodeLogits, Groups } from './sampling.ts';
import type { GraphTensor } from './tensors.ts';
import { byImage, rowClasses, ROWS, windowLogits } from './window-rows.ts';

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

const condSize = ({ model: { dim, decoderBlocks } }: DparManifest): number => ROWS * decoderBlocks * dim;

function imageOf(runner: GraphRunner, { model, entropyModel, grid }: DparManifest, [label, against]: [number, number | undefined], ring: number, device: OnDevice | undefined): Image {
  const shape = { images: 1, groups: 1 as const, capacity: grid.tokens + 1, headDim: model.dim / model.heads };
  const conditions = [ring, ROWS, model.decoderBlocks * model.dim];
  const one = {
    classes: rowClasses(runner, label, against),
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
}

export class DparWindows implements BatchGraphs {
  readonly #m: DparManifest;
  readonly #groups: Groups;
  readonly #ring: number;
  readonly #device: OnDevice | undefined;
  readonly #images: readonly Image[];
  /** Of n positions. */
  readonly #tokens: FeedSets<{ token: Feed<Int32Array> }>;
  readonly #decoderFeeds: FeedSets<Record<'first' | 'patchOf', Feed<Int32Array>>>;
  /** Of n patches. */
  readonly #patchFeeds: FeedSets<PatchFeeds>;
  readonly tokenStep: BatchGraphs['tokenStep'];

  constructor({ runner, classes, against, groups, positions, device }: Batch, manifest: DparManifest) {
    const { model: { dim, heads }, grid } = manifest;
    this.#m = manifest;
    this.#groups = groups;
    this.#ring = positions + 1;
    this.#device = device;
    this.#images = classes.map((label, image) => imageOf(runner, manifest, [label, against?.[image]], this.#ring, device));
    this.#tokens = new FeedSets((n) => ({ token: intFeed(runner, [1, n]) }));
    this.#decoderFeeds = new FeedSets((n) => ({ first: intFeed(runner, [n]), patchOf: intFeed(runner, [n]) }));
    this.#patchFeeds = new FeedSets((n) => patchFeeds(runner, n, 1, dim / heads / 2));
    this.tokenStep = device && devicePass(device, groups, {
      stage: 'decoder', logits: (steps) => this.#logits(steps),
      reads: { tokens: grid.tokens, encode: (...fed) => this.#encode(0, ...fed), entropies: (...fed) => this.#entropies(0, ...fed) },
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
    const feeds = this.#patchFeeds.of(n);
    const { length, cos, sin } = feeds;
    for (const [i, { span }] of steps.entries()) feedPatch(feeds, i, span, grid.width, dim / heads);
    const first = steps[0]!.slot;
    const { cond } = await patchTransformer.run([{ image: 0, slot: first, step: 0 }], {
      ...memory.patchWindows(steps), length: length.tensor, class: classes.tensor, cos: cos.tensor, sin: sin.tensor,
    }, n);
    const size = condSize(this.#m);
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

  dispose(): void {
    for (const { classes, memory, entropy, encoder, patchTransformer, decoder, conditions } of this.#images) {
      for (const one of [memory, entropy, encoder, patchTransformer, decoder, classes.tensor, 'values' in conditions ? conditions.tensor : conditions]) one.dispose();
    }
    for (const feeds of [this.#tokens, this.#decoderFeeds, this.#patchFeeds]) feeds.dispose();
  }
}
