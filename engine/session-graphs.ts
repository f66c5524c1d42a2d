/** DecodeGraphs of a DPAR pack over any onnxruntime: all feeding of the four decode graphs (docs/packs.md "Graphs"), R = 1 image. */
import { DeviceRows, HostRows, type EncoderRows } from './encoder-rows.ts';
import { floatFeed, intFeed, type Feed } from './feed.ts';
import type { DecodeGraphs, DecodeLogits, Span, TokenRequest, TokenResult } from './graphs.ts';
import { takeFloats, type GraphRunner, type GraphTensor } from './graph-runner.ts';
import { KvCache } from './kv-cache.ts';
import type { DparManifest, GraphName } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import { classSlotAngles, dynamicRope } from './rope.ts';

type StepGraph = Extract<GraphName, 'entropy' | 'encoder' | 'patch_transformer' | 'decoder'>;

/** What the runs of one image are fed beside caches and the encoder's rows. */
interface Feeds {
  token: Feed<Int32Array>;
  first: Feed<Int32Array>;
  length: Feed<Int32Array>;
  class: Feed<Int32Array>;
  cos: Feed<Float32Array>;
  sin: Feed<Float32Array>;
}

export class SessionGraphs implements DecodeGraphs {
  readonly #runner: GraphRunner;
  readonly #m: DparManifest;
  readonly #caches: Record<StepGraph, KvCache>;
  readonly #rows: EncoderRows;
  readonly tokenStep?: DecodeGraphs['tokenStep'];
  #groups: 1 | 2 = 1;
  #feeds: Feeds | null = null;
  #cond: GraphTensor | null = null;

  constructor(runner: GraphRunner, manifest: DparManifest) {
    this.#runner = runner;
    this.#m = manifest;
    const { model, entropyModel } = manifest;
    this.#caches = {
      entropy: new KvCache(runner, 'entropy', entropyModel.blocks, ['entropy']),
      encoder: new KvCache(runner, 'encoder', model.encoderBlocks, ['h', 'k', 'v']),
      patch_transformer: new KvCache(runner, 'patch_transformer', model.patchTransformerBlocks, ['cond']),
      decoder: new KvCache(runner, 'decoder', model.decoderBlocks, ['logits']),
    };
    const device = runner.onDevice;
    this.#rows = device ? new DeviceRows(device, model.dim, model.window) : new HostRows(runner, model.dim, model.window);
    if (device) this.tokenStep = (request) => this.#tokenStep(device, request);
  }

  async begin(groups: 1 | 2, classIndex: number): Promise<void> {
    const { model, entropyModel, grid, classes } = this.#m;
    const capacity = grid.tokens + 1;
    const headDim = model.dim / model.heads;
    this.dispose();
    this.#groups = groups;
    const ints = (...dims: number[]) => intFeed(this.#runner, dims);
    const angles = () => floatFeed(this.#runner, [groups, 1, headDim / 2]);
    this.#feeds = { token: ints(1, 1), first: ints(1), length: ints(1), class: ints(groups, 1), cos: angles(), sin: angles() };
    this.#feeds.class.values.set(groups === 2 ? [classIndex, classes.length] : [classIndex]);
    this.#rows.begin();
    this.#caches.entropy.begin(1, entropyModel.heads, capacity, entropyModel.dim / entropyModel.heads);
    this.#caches.encoder.begin(1, model.heads, capacity, headDim);
    this.#caches.patch_transformer.begin(groups, model.heads, capacity, headDim);
    this.#caches.decoder.begin(groups, model.heads, capacity, headDim);
  }

  #token(token: number): GraphTensor {
    const feed = this.#feeds!.token;
    feed.values[0] = token;
    return feed.tensor;
  }

  async entropyStep(t: number, token: number): Promise<number> {
    const { entropy } = await this.#caches.entropy.step(t, { token: this.#token(token) });
    return (await takeFloats(entropy!, 1, 'The entropy'))[0]!;
  }

  async encoderStep(t: number, token: number): Promise<void> {
    await this.#rows.take(t, await this.#caches.encoder.step(t, { token: this.#token(token) }));
  }

  async patchStep(slot: number, span: Span | null): Promise<void> {
    const { model, grid } = this.#m;
    const headDim = model.dim / model.heads;
    const { length, class: classes, cos, sin } = this.#feeds!;
    const angles = span ? dynamicRope(span, grid.width, headDim) : classSlotAngles(headDim);
    for (let g = 0; g < this.#groups; g++) {
      cos.values.set(angles.cos, (g * headDim) / 2);
      sin.values.set(angles.sin, (g * headDim) / 2);
    }
    length.values[0] = span ? span.end - span.start + 1 : 0;
    const { cond } = await this.#caches.patch_transformer.step(slot, {
      ...this.#rows.windows(span), length: length.tensor, class: classes.tensor, cos: cos.tensor, sin: sin.tensor,
    });
    this.#cond?.dispose();
    this.#cond = cond!;
  }

  /** [rows, 1, V] of x_t. */
  async #logits(t: number): Promise<GraphTensor> {
    const { first } = this.#feeds!;
    first.values[0] = t === 0 ? 1 : 0;
    return (await this.#caches.decoder.step(t, { h: this.#rows.before(t), cond: this.#cond!, first: first.tensor })).logits!;
  }

  async decoderStep(t: number): Promise<DecodeLogits> {
    const { vocab } = this.#m;
    const logits = await takeFloats(await this.#logits(t), this.#groups * vocab, 'The logits');
    return { classLogits: logits.subarray(0, vocab), nullLogits: this.#groups === 2 ? logits.subarray(vocab) : null };
  }

  async #tokenStep(device: OnDevice, { t, rules, seed, forced, feed, timed }: TokenRequest): Promise<TokenResult> {
    const logits = await timed('decoder', () => this.#logits(t));
    const token = await timed('sampling', () => device.sample({ logits, rules, at: { seed, t }, ...(forced !== undefined && { forced }) }));
    if (feed !== 'none') await timed('encoder', async () => this.#rows.take(t, await this.#caches.encoder.step(t, { token })));
    const entropy = feed === 'all' ? (await timed('entropy', () => this.#caches.entropy.step(t, { token }))).entropy! : null;
    const { choice, also } = await timed('wait', () => device.read(entropy));
    entropy?.dispose();
    return { choice, entropy: also };
  }

  dispose(): void {
    for (const cache of Object.values(this.#caches)) cache.dispose();
    if (this.#feeds) for (const { tensor } of Object.values(this.#feeds)) tensor.dispose();
    this.#feeds = null;
    this.#rows.dispose();
    this.#cond?.dispose();
    this.#cond = null;
  }
}
