/** DecodeGraphs of a DPAR pack over any onnxruntime: all feeding of the four decode graphs (docs/packs.md "Graphs"), R = 1 image. */
import { DeviceRows, HostRows, type EncoderRows } from './encoder-rows.ts';
import type { DecodeGraphs, DecodeLogits, Span, TokenRequest, TokenResult } from './graphs.ts';
import { takeFloats, type GraphRunner, type GraphTensor, type Tensors } from './graph-runner.ts';
import { cachedStep, KvCache } from './kv-cache.ts';
import type { DparManifest, GraphName } from './manifest.ts';
import type { OnDevice } from './on-device.ts';
import { classSlotAngles, dynamicRope } from './rope.ts';

type StepGraph = Extract<GraphName, 'entropy' | 'encoder' | 'patch_transformer' | 'decoder'>;

export class SessionGraphs implements DecodeGraphs {
  readonly #runner: GraphRunner;
  readonly #m: DparManifest;
  readonly #caches: Record<StepGraph, KvCache>;
  readonly #rows: EncoderRows;
  readonly tokenStep?: DecodeGraphs['tokenStep'];
  #groups: 1 | 2 = 1;
  #classes = new Int32Array(1);
  #cond: GraphTensor | null = null;

  constructor(runner: GraphRunner, manifest: DparManifest) {
    this.#runner = runner;
    this.#m = manifest;
    const { model, entropyModel } = manifest;
    this.#caches = {
      entropy: new KvCache(runner, 'entropy', entropyModel.blocks),
      encoder: new KvCache(runner, 'encoder', model.encoderBlocks),
      patch_transformer: new KvCache(runner, 'patch_transformer', model.patchTransformerBlocks),
      decoder: new KvCache(runner, 'decoder', model.decoderBlocks),
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
    this.#classes = Int32Array.from(groups === 2 ? [classIndex, classes.length] : [classIndex]);
    this.#rows.begin();
    this.#caches.entropy.begin(1, entropyModel.heads, capacity, entropyModel.dim / entropyModel.heads);
    this.#caches.encoder.begin(1, model.heads, capacity, headDim);
    this.#caches.patch_transformer.begin(groups, model.heads, capacity, headDim);
    this.#caches.decoder.begin(groups, model.heads, capacity, headDim);
  }

  #ints(values: readonly number[], dims: readonly number[]): GraphTensor {
    return this.#runner.tensor('int32', Int32Array.from(values), dims);
  }

  /** One step at cache slot `slot`: adds caches and positions, returns the named outputs. `feeds` are disposed, `kept` are not. */
  async #step(graph: StepGraph, slot: number, rows: number, feeds: Tensors, kept: Tensors, outputs: readonly string[]): Promise<Tensors> {
    const results = await cachedStep(this.#runner, this.#caches[graph], graph, slot, rows, { ...feeds, ...kept }, outputs);
    for (const tensor of Object.values(feeds)) tensor.dispose();
    return results;
  }

  async entropyStep(t: number, token: number): Promise<number> {
    const results = await this.#step('entropy', t, 1, { token: this.#ints([token], [1, 1]) }, {}, ['entropy']);
    return (await takeFloats(results.entropy!, 1, 'The entropy'))[0]!;
  }

  async encoderStep(t: number, token: number): Promise<void> {
    await this.#rows.take(t, await this.#step('encoder', t, 1, { token: this.#ints([token], [1, 1]) }, {}, ['h', 'k', 'v']));
  }

  async patchStep(slot: number, span: Span | null): Promise<void> {
    const { model, grid } = this.#m;
    const groups = this.#groups;
    const headDim = model.dim / model.heads;
    const { cos, sin } = span ? dynamicRope(span, grid.width, headDim) : classSlotAngles(headDim);
    const rope = (values: Float32Array) => {
      const all = new Float32Array(groups * values.length);
      for (let g = 0; g < groups; g++) all.set(values, g * values.length);
      return this.#runner.tensor('float32', all, [groups, 1, headDim / 2]);
    };
    const results = await this.#step('patch_transformer', slot, groups, {
      length: this.#ints([span ? span.end - span.start + 1 : 0], [1]),
      class: this.#runner.tensor('int32', this.#classes.slice(), [groups, 1]),
      cos: rope(cos),
      sin: rope(sin),
    }, this.#rows.windows(span), ['cond']);
    this.#cond?.dispose();
    this.#cond = results.cond!;
  }

  /** [rows, 1, V] of x_t. */
  async #logits(t: number): Promise<GraphTensor> {
    const kept = { h: this.#rows.before(t), cond: this.#cond! };
    return (await this.#step('decoder', t, this.#groups, { first: this.#ints([t === 0 ? 1 : 0], [1]) }, kept, ['logits'])).logits!;
  }

  async decoderStep(t: number): Promise<DecodeLogits> {
    const { vocab } = this.#m;
    const logits = await takeFloats(await this.#logits(t), this.#groups * vocab, 'The logits');
    return { classLogits: logits.subarray(0, vocab), nullLogits: this.#groups === 2 ? logits.subarray(vocab) : null };
  }

  async #tokenStep(device: OnDevice, { t, rules, u, forced, feed, timed }: TokenRequest): Promise<TokenResult> {
    const logits = await timed('decoder', () => this.#logits(t));
    const token = await timed('sampling', () => device.sample({ logits, rules, u, ...(forced !== undefined && { forced }) }));
    if (feed !== 'none') await timed('encoder', async () => this.#rows.take(t, await this.#step('encoder', t, 1, {}, { token }, ['h', 'k', 'v'])));
    const entropy = feed === 'all' ? (await timed('entropy', () => this.#step('entropy', t, 1, {}, { token }, ['entropy']))).entropy! : null;
    const { choice, also } = await timed('wait', () => device.read(entropy));
    entropy?.dispose();
    return { choice, entropy: also };
  }

  dispose(): void {
    for (const cache of Object.values(this.#caches)) cache.dispose();
    this.#rows.dispose();
    this.#cond?.dispose();
    this.#cond = null;
  }
}
