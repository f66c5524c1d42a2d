/** A small valid manifest and a fake DecodeGraphs for tests; no files lie behind either. */
import type { BatchGraphs, DecodeGraphs, PatchStep, Position, TokenStep } from '../graphs.ts';
import { graphNames, type DparManifest, type GptManifest, type PackFile } from '../manifest.ts';
import type { DecodeLogits } from '../sampling.ts';
import { byImage } from '../window-rows.ts';
import { tokenByToken } from '../settings.ts';
import { MOST_POSITIONS } from '../window.ts';

const file = (path: string): PackFile => ({ path, bytes: 1, sha256: '0'.repeat(64) });

export const tinyFigures = { bytes: 10, images: 1, tokens: 16, klMean: 0.001, klMax: 0.01, logits: 0.1, entropy: 0.02, picture: 0.01, gateFlips: 0 };

/** 4 x 4 tokens of 12 codes, three classes, window 4. */
export function tinyManifest(): DparManifest {
  return {
    formatVersion: 1, kind: 'dpar', name: 'tiny', title: 'Tiny', description: '', license: 'MIT',
    data: { name: 'none', credit: 'none', license: 'MIT' },
    classes: [{ id: 'Forest', label: 'Forest' }, { id: 'SeaLake', label: 'Sea or lake' }, { id: 'River', label: 'River' }],
    grid: { width: 4, tokens: 16 }, image: { size: 16 }, vocab: 12,
    model: { dim: 32, heads: 2, ffn: 64, encoderBlocks: 1, patchTransformerBlocks: 2, decoderBlocks: 1, window: 4, parameters: 1000 },
    entropyModel: { dim: 32, heads: 2, ffn: 64, blocks: 1, parameters: 1000 },
    tokenizer: { factor: 4, codeDim: 8, reach: 4, parameters: 1000 },
    defaults: {
      guidance: 2, temperature: 1, topK: 0, topP: 1, entropyThreshold: 1.5, maxPatchLength: 3,
      entropyGate: true, lengthGate: true, rowReset: true, staticLength: null,
    },
    curve: [{ entropyThreshold: 1.5, pAvg: 1.5, stepsMean: 10.7 }],
    evaluation: { images_seen: 1, features: 'judge', p_avg_by_class: { Forest: 1.5 }, intervals: { fid_lite: [1, 2] } },
    split: { seed: 0, train: 10, heldOut: 2 },
    variants: {
      fp32: {
        weights: { all: { path: 'fp32/all.bin', shards: [file('fp32/all.bin.0')] } },
        graphs: Object.fromEntries(graphNames.map((name) => [name, { model: file(`fp32/${name}.onnx`), weights: 'all' }])),
      },
    },
    defaultVariant: { webgpu: 'fp32', wasm: 'fp32' },
    golden: file('golden.json'),
    codebook: { tiles: file('codebook.png'), columns: 4, tile: 4 },
    thumbnails: { file: file('thumbnails.png'), columns: 3, size: 16 },
    recordings: [],
  };
}

/** The same as a pack of kind gpt. */
export function tinyGptManifest(): GptManifest {
  const { defaults, ...rest } = tinyManifest();
  return {
    ...rest, kind: 'gpt', name: 'tiny-gpt', curve: [],
    model: { dim: 32, heads: 2, ffn: 64, blocks: 2, parameters: 1000 },
    defaults: { ...defaults, ...tokenByToken },
  };
}

/** Every batch is itself. Records every call, once an image; entropies and logits come from functions of t. */
export class FakeGraphs implements DecodeGraphs, BatchGraphs {
  readonly mostPositions: number = MOST_POSITIONS;
  readonly calls: string[] = [];
  /** The calls of each image of the batch. */
  callsOf: string[][] = [];
  /** Classes of the second rows. */
  against: readonly number[] | null = null;
  readonly #entropy: (next: number, image: number) => number;
  readonly #logits: (t: number, row: number, image: number) => Float32Array;
  #groups = 1;
  #positions = 1;

  constructor(entropy: (next: number, image: number) => number = () => 1, logits: (t: number, row: number, image: number) => Float32Array = () => new Float32Array(12)) {
    this.#entropy = entropy;
    this.#logits = logits;
  }

  begin(classes: readonly number[], against: readonly number[] | null, positions: number): BatchGraphs {
    this.#groups = against ? 2 : 1;
    this.against = against;
    this.#positions = positions;
    this.callsOf = classes.map(() => []);
    classes.forEach((label, image) => this.#note(image, `begin ${this.#groups} ${label}`));
    return this;
  }

  #note(image: number, call: string): void {
    this.calls.push(call);
    this.callsOf[image]!.push(call);
  }

  /** Every step names an image as often as it may, at places that follow each other, and no step is empty. */
  #each<T extends { image: number }>(steps: readonly T[], call: (step: T) => string, place: (step: T) => number, most = this.#positions): void {
    const own = byImage(steps);
    if (steps.length === 0 || new Set(own.map(([step]) => step!.image)).size !== own.length) throw new Error('a step without images, or with one in two places');
    for (const of of own) {
      if (of.length > most || of.some((step, i) => place(step) !== place(of[0]!) + i)) throw new Error(`a step of ${of.length} positions of an image: ${of.map(place).join()}`);
    }
    for (const step of steps) this.#note(step.image, call(step));
  }

  async entropyStep(steps: readonly TokenStep[]): Promise<ArrayLike<number>> {
    this.#each(steps, ({ t, token }) => `entropy ${t} ${token}`, ({ t }) => t);
    return steps.map(({ image, t }) => this.#entropy(t + 1, image));
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    this.#each(steps, ({ t, token }) => `encoder ${t} ${token}`, ({ t }) => t);
  }

  async patchStep(steps: readonly PatchStep[]): Promise<void> {
    this.#each(steps, ({ slot, span }) => `patch ${slot} ${span ? `${span.start}-${span.end}` : 'class'}`, ({ slot }) => slot);
  }

  async decoderStep(steps: readonly Position[]): Promise<DecodeLogits[]> {
    this.#each(steps, ({ t }) => `decoder ${t}`, ({ t }) => t);
    return steps.map(({ image, t }) => ({ classLogits: this.#logits(t, 0, image), nullLogits: this.#groups === 2 ? this.#logits(t, 1, image) : null }));
  }

  dispose(): void {
    this.calls.push('dispose');
  }
}

/** Entropies and logits that depend on every token of the image before, as a model's do: drafts are overwritten, and read until then. */
export class DependentGraphs extends FakeGraphs {
  /** By image, after as many tokens. */
  #states: number[][] = [];

  constructor() {
    super(
      (next, image) => (this.#states[image]![next] === 1 ? 1 : (this.#states[image]![next]! % 30) / 10),
      (t, row, image) => Float32Array.from({ length: 12 }, (_, k) => 2 * Math.sin(this.#states[image]![t]! * (k + 1) + t + row)),
    );
  }

  override begin(classes: readonly number[], against: readonly number[] | null, positions: number): BatchGraphs {
    this.#states = classes.map(() => [1]);
    return super.begin(classes, against, positions);
  }

  override async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    await super.encoderStep(steps);
    for (const { image, t, token } of steps) this.#states[image]![t + 1] = (this.#states[image]![t]! * 31 + token + 1) % 9973;
  }
}
