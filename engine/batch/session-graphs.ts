/** BatchGraphs of a DPAR pack over any onnxruntime: the four decode graphs on R images (docs/packs.md "Graphs"). */
import { EncoderWindow } from '../encoder-window.ts';
import type { DecodeLogits } from '../graphs.ts';
import { takeFloats, type GraphRunner, type GraphTensor } from '../graph-runner.ts';
import type { DparManifest } from '../manifest.ts';
import { classSlotAngles, dynamicRope } from '../rope.ts';
import { BatchCache, type Place } from './cache.ts';
import type { BatchGraphs, LogitsStep, PatchStep, TokenStep } from './graphs.ts';
import { logitsOf } from './logits.ts';

export class BatchSessionGraphs implements BatchGraphs {
  readonly #runner: GraphRunner;
  readonly #m: DparManifest;
  readonly #caches: Record<'entropy' | 'encoder' | 'patch_transformer' | 'decoder', BatchCache>;
  #windows: EncoderWindow[] = [];
  #groups: 1 | 2 = 1;
  #classes: number[] = [];
  /** [L_dec, D] of the open patch of every row, class rows first. */
  #cond: Float32Array[] = [];

  constructor(runner: GraphRunner, manifest: DparManifest) {
    this.#runner = runner;
    this.#m = manifest;
    const { model, entropyModel } = manifest;
    this.#caches = {
      entropy: new BatchCache(runner, 'entropy', entropyModel.blocks),
      encoder: new BatchCache(runner, 'encoder', model.encoderBlocks),
      patch_transformer: new BatchCache(runner, 'patch_transformer', model.patchTransformerBlocks),
      decoder: new BatchCache(runner, 'decoder', model.decoderBlocks),
    };
  }

  async begin(groups: 1 | 2, classes: readonly number[]): Promise<void> {
    const { model, entropyModel, grid, classes: { length: none } } = this.#m;
    const capacity = grid.tokens + 1;
    const images = classes.length;
    const { entropy, ...rest } = this.#caches;
    this.#groups = groups;
    this.#classes = groups === 2 ? [...classes, ...classes.map(() => none)] : [...classes];
    this.#windows = classes.map(() => new EncoderWindow(model.dim, model.window));
    this.#cond = this.#classes.map(() => new Float32Array(model.decoderBlocks * model.dim));
    entropy.begin(images, 1, entropyModel.heads, capacity, entropyModel.dim / entropyModel.heads);
    for (const [name, cache] of Object.entries(rest)) cache.begin(images, name === 'encoder' ? 1 : groups, model.heads, capacity, model.dim / model.heads);
  }

  #ints(values: readonly number[], dims: readonly number[]): GraphTensor {
    return this.#runner.tensor('int32', Int32Array.from(values), dims);
  }

  /** Zeros that `fill` writes into. */
  #floats(dims: readonly number[], fill: (values: Float32Array) => void): GraphTensor {
    const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
    fill(values);
    return this.#runner.tensor('float32', values, dims);
  }

  /** `parts` one after the other. */
  #joined(parts: readonly Float32Array[], dims: readonly number[]): GraphTensor {
    return this.#floats(dims, (values) => parts.forEach((part, i) => values.set(part, i * part.length)));
  }

  #tokenFeed(steps: readonly TokenStep[], places: readonly Place[]): GraphTensor {
    return this.#ints(places.map(({ step }) => (step === null ? 0 : steps[step]!.token)), [places.length, 1]);
  }

  async entropyStep(steps: readonly TokenStep[]): Promise<Float32Array> {
    const cache = this.#caches.entropy;
    const places = cache.places(steps.map(({ row, t }) => ({ row, slot: t })));
    const { entropy } = await cache.run(places, { token: this.#tokenFeed(steps, places) }, ['entropy']);
    const values = await takeFloats(entropy!, places.length, 'The entropies');
    return values.filter((_, i) => places[i]!.step !== null);
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    const { dim } = this.#m.model;
    const cache = this.#caches.encoder;
    const places = cache.places(steps.map(({ row, t }) => ({ row, slot: t })));
    const results = await cache.run(places, { token: this.#tokenFeed(steps, places) }, ['h', 'k', 'v']);
    for (const name of ['h', 'k', 'v'] as const) {
      const values = await takeFloats(results[name]!, places.length * dim, `The encoder's ${name}`);
      for (const [i, { row, slot, step }] of places.entries()) if (step !== null) this.#windows[row]!.set(slot, name, values.subarray(i * dim, (i + 1) * dim));
    }
  }

  async patchStep(steps: readonly PatchStep[]): Promise<void> {
    const { model: { dim, heads, window, decoderBlocks }, grid } = this.#m;
    const groups = this.#groups;
    const headDim = dim / heads;
    const cache = this.#caches.patch_transformer;
    const places = cache.places(steps);
    const spans = places.map(({ step }) => (step === null ? null : steps[step]!.span));
    const angles = spans.map((span) => (span ? dynamicRope(span, grid.width, headDim) : classSlotAngles(headDim)));
    const n = places.length;
    const gathered = (name: 'h' | 'k' | 'v') => this.#floats([n, window, dim], (values) => {
      for (const [i, span] of spans.entries()) if (span) this.#windows[places[i]!.row]!.gather(name, span, values, i * window * dim);
    });
    const rope = (name: 'cos' | 'sin') => {
      const rows = angles.map((angle) => angle[name]);
      return this.#joined(groups === 2 ? [...rows, ...rows] : rows, [groups * n, 1, headDim / 2]);
    };
    const { cond } = await cache.run(places, {
      h: gathered('h'), k: gathered('k'), v: gathered('v'),
      length: this.#ints(spans.map((span) => (span ? span.end - span.start + 1 : 0)), [n]),
      class: this.#ints(this.#lines(places).map((line) => this.#classes[line]!), [groups, n]),
      cos: rope('cos'), sin: rope('sin'),
    }, ['cond']);
    const values = await takeFloats(cond!, groups * n * decoderBlocks * dim, 'The conditioning');
    const size = decoderBlocks * dim;
    for (const [i, line] of this.#lines(places).entries()) if (places[i % n]!.step !== null) this.#cond[line] = values.subarray(i * size, (i + 1) * size);
  }

  /** Index among all rows of each row of a run: class rows first, then null rows. */
  #lines(places: readonly Place[]): number[] {
    const images = this.#windows.length;
    return Array.from({ length: this.#groups }, (_, group) => places.map(({ row }) => group * images + row)).flat();
  }

  async decoderStep(steps: readonly LogitsStep[]): Promise<DecodeLogits[]> {
    const { model: { dim, decoderBlocks }, vocab } = this.#m;
    const cache = this.#caches.decoder;
    const places = cache.places(steps.map(({ row, t }) => ({ row, slot: t })));
    const n = places.length;
    const { logits } = await cache.run(places, {
      h: this.#floats([1, n, dim], (values) => {
        for (const [i, { row, slot, step }] of places.entries()) if (step !== null && slot > 0) this.#windows[row]!.copy(slot - 1, 'h', values, i * dim);
      }),
      first: this.#ints(places.map(({ slot }) => (slot === 0 ? 1 : 0)), [n]),
      cond: this.#joined(this.#lines(places).map((line) => this.#cond[line]!), [this.#groups, n, decoderBlocks * dim]),
    }, ['logits']);
    return logitsOf(await takeFloats(logits!, this.#groups * n * vocab, 'The logits'), places, this.#groups, vocab);
  }

  dispose(): void {
    for (const cache of Object.values(this.#caches)) cache.dispose();
    this.#windows = [];
    this.#cond = [];
  }
}
