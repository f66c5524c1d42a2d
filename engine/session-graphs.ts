/** DecodeGraphs over any onnxruntime: all feeding of the four decode graphs (docs/packs.md "Graphs"), R = 1 image. */
import type { DecodeGraphs, DecodeLogits, Span } from './graphs.ts';
import { runGraph, takeFloats, type GraphRunner, type GraphTensor } from './graph-runner.ts';
import { KvCache } from './kv-cache.ts';
import type { GraphName, Manifest } from './manifest.ts';
import { classSlotAngles, dynamicRope } from './rope.ts';

/** h, k and v [D] of the last `window` tokens, token t at row t % window. */
class EncoderWindow {
  readonly #rings: Record<'h' | 'k' | 'v', Float32Array>;
  readonly #dim: number;
  readonly #window: number;

  constructor(dim: number, window: number) {
    this.#dim = dim;
    this.#window = window;
    const ring = () => new Float32Array(dim * window);
    this.#rings = { h: ring(), k: ring(), v: ring() };
  }

  set(t: number, name: 'h' | 'k' | 'v', values: Float32Array): void {
    this.#rings[name].set(values, (t % this.#window) * this.#dim);
  }

  /** [D] of one token. */
  row(t: number, name: 'h' | 'k' | 'v'): Float32Array {
    const at = (t % this.#window) * this.#dim;
    return this.#rings[name].slice(at, at + this.#dim);
  }

  /** [window, D]: the tokens of the span first, zeros after. */
  gather(name: 'h' | 'k' | 'v', span: Span | null): Float32Array {
    const out = new Float32Array(this.#window * this.#dim);
    if (span) for (let t = span.start; t <= span.end; t++) out.set(this.row(t, name), (t - span.start) * this.#dim);
    return out;
  }
}

type StepGraph = Extract<GraphName, 'entropy' | 'encoder' | 'patch_transformer' | 'decoder'>;

export class SessionGraphs implements DecodeGraphs {
  readonly #runner: GraphRunner;
  readonly #m: Manifest;
  readonly #caches: Record<StepGraph, KvCache>;
  #window: EncoderWindow;
  #groups: 1 | 2 = 1;
  #classes = new Int32Array(1);
  #cond: GraphTensor | null = null;

  constructor(runner: GraphRunner, manifest: Manifest) {
    this.#runner = runner;
    this.#m = manifest;
    const { model, entropyModel } = manifest;
    this.#caches = {
      entropy: new KvCache(runner, entropyModel.blocks),
      encoder: new KvCache(runner, model.encoderBlocks),
      patch_transformer: new KvCache(runner, model.patchTransformerBlocks),
      decoder: new KvCache(runner, model.decoderBlocks),
    };
    this.#window = new EncoderWindow(model.dim, model.window);
  }

  async begin(groups: 1 | 2, classIndex: number): Promise<void> {
    const { model, entropyModel, grid, classes } = this.#m;
    const capacity = grid.tokens + 1;
    const headDim = model.dim / model.heads;
    this.dispose();
    this.#groups = groups;
    this.#classes = Int32Array.from(groups === 2 ? [classIndex, classes.length] : [classIndex]);
    this.#window = new EncoderWindow(model.dim, model.window);
    this.#caches.entropy.begin(1, entropyModel.heads, capacity, entropyModel.dim / entropyModel.heads);
    this.#caches.encoder.begin(1, model.heads, capacity, headDim);
    this.#caches.patch_transformer.begin(groups, model.heads, capacity, headDim);
    this.#caches.decoder.begin(groups, model.heads, capacity, headDim);
  }

  #ints(values: readonly number[], dims: readonly number[]): GraphTensor {
    return this.#runner.tensor('int32', Int32Array.from(values), dims);
  }

  /** One step at cache slot `slot`: adds caches and positions, returns the named outputs. */
  async #step(graph: StepGraph, slot: number, rows: number, feeds: Record<string, GraphTensor>, outputs: readonly string[]): Promise<Record<string, GraphTensor>> {
    const cache = this.#caches[graph];
    const positions = { seqlens_k: this.#ints(Array<number>(rows).fill(slot), [rows]), total: this.#ints([slot + 1], [1]) };
    const wanted: Record<string, GraphTensor | null> = { ...Object.fromEntries(outputs.map((name) => [name, null])), ...cache.outputs() };
    const results = await runGraph(this.#runner, graph, { ...feeds, ...positions, ...cache.feeds() }, wanted);
    cache.advance(results);
    for (const tensor of Object.values({ ...feeds, ...positions })) if (tensor !== this.#cond) tensor.dispose();
    return results;
  }

  async entropyStep(t: number, token: number): Promise<number> {
    const results = await this.#step('entropy', t, 1, { token: this.#ints([token], [1, 1]) }, ['entropy']);
    return (await takeFloats(results.entropy!, 1, 'The entropy'))[0]!;
  }

  async encoderStep(t: number, token: number): Promise<void> {
    const results = await this.#step('encoder', t, 1, { token: this.#ints([token], [1, 1]) }, ['h', 'k', 'v']);
    for (const name of ['h', 'k', 'v'] as const) this.#window.set(t, name, await takeFloats(results[name]!, this.#m.model.dim, `The encoder's ${name}`));
  }

  async patchStep(slot: number, span: Span | null): Promise<void> {
    const { model, grid } = this.#m;
    const groups = this.#groups;
    const headDim = model.dim / model.heads;
    const { cos, sin } = span ? dynamicRope(span, grid.width, headDim) : classSlotAngles(headDim);
    const windowDims = [1, model.window, model.dim];
    const rope = (values: Float32Array) => {
      const all = new Float32Array(groups * values.length);
      for (let g = 0; g < groups; g++) all.set(values, g * values.length);
      return this.#runner.tensor('float32', all, [groups, 1, headDim / 2]);
    };
    const results = await this.#step('patch_transformer', slot, groups, {
      h: this.#runner.tensor('float32', this.#window.gather('h', span), windowDims),
      k: this.#runner.tensor('float32', this.#window.gather('k', span), windowDims),
      v: this.#runner.tensor('float32', this.#window.gather('v', span), windowDims),
      length: this.#ints([span ? span.end - span.start + 1 : 0], [1]),
      class: this.#runner.tensor('int32', this.#classes.slice(), [groups, 1]),
      cos: rope(cos),
      sin: rope(sin),
    }, ['cond']);
    this.#cond?.dispose();
    this.#cond = results.cond!;
  }

  async decoderStep(t: number): Promise<DecodeLogits> {
    const { model, vocab } = this.#m;
    const h = t === 0 ? new Float32Array(model.dim) : this.#window.row(t - 1, 'h');
    const results = await this.#step('decoder', t, this.#groups, {
      h: this.#runner.tensor('float32', h, [1, 1, model.dim]),
      first: this.#ints([t === 0 ? 1 : 0], [1]),
      cond: this.#cond!,
    }, ['logits']);
    const logits = await takeFloats(results.logits!, this.#groups * vocab, 'The logits');
    return { classLogits: logits.subarray(0, vocab), nullLogits: this.#groups === 2 ? logits.subarray(vocab) : null };
  }

  dispose(): void {
    for (const cache of Object.values(this.#caches)) cache.dispose();
    this.#cond?.dispose();
    this.#cond = null;
  }
}
