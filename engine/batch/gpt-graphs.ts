/** BatchGraphs of the token-by-token baseline (kind gpt): one graph makes the logits of R images (docs/packs.md). */
import type { DecodeLogits } from '../graphs.ts';
import { takeFloats, type GraphRunner } from '../graph-runner.ts';
import type { GptManifest } from '../manifest.ts';
import { BatchCache } from './cache.ts';
import type { BatchGraphs, LogitsStep, TokenStep } from './graphs.ts';
import { logitsOf } from './logits.ts';

export class BatchGptGraphs implements BatchGraphs {
  readonly #runner: GraphRunner;
  readonly #m: GptManifest;
  readonly #cache: BatchCache;
  #groups: 1 | 2 = 1;
  #classes: readonly number[] = [];
  /** x_{t-1} of every row, which its next step feeds. */
  #tokens: number[] = [];

  constructor(runner: GraphRunner, manifest: GptManifest) {
    this.#runner = runner;
    this.#m = manifest;
    this.#cache = new BatchCache(runner, 'gpt', manifest.model.blocks);
  }

  async begin(groups: 1 | 2, classes: readonly number[]): Promise<void> {
    const { model, grid } = this.#m;
    this.#groups = groups;
    this.#classes = [...classes];
    this.#tokens = classes.map(() => 0);
    this.#cache.begin(classes.length, groups, model.heads, grid.tokens + 1, model.dim / model.heads);
  }

  /** Runs of this kind are token by token: the entropy model is in the pack for inspection. */
  entropyStep(): Promise<never> {
    return Promise.reject(new Error('a pack of kind gpt decodes without the entropy model'));
  }

  async encoderStep(steps: readonly TokenStep[]): Promise<void> {
    for (const { row, token } of steps) this.#tokens[row] = token;
  }

  async patchStep(): Promise<void> {
    // A token is its own patch: nothing is pooled and nothing conditions it.
  }

  async decoderStep(steps: readonly LogitsStep[]): Promise<DecodeLogits[]> {
    const { vocab, classes: { length: none } } = this.#m;
    const groups = this.#groups;
    const places = this.#cache.places(steps.map(({ row, t }) => ({ row, slot: t })));
    const n = places.length;
    const ints = (values: readonly number[], dims: readonly number[]) => this.#runner.tensor('int32', Int32Array.from(values), dims);
    const classes = places.map(({ row }) => this.#classes[row]!);
    const { logits } = await this.#cache.run(places, {
      token: ints(places.map(({ row }) => this.#tokens[row]!), [1, n]),
      class: ints(groups === 2 ? [...classes, ...classes.map(() => none)] : classes, [groups, n]),
      first: ints(places.map(({ slot }) => (slot === 0 ? 1 : 0)), [n]),
    }, ['logits']);
    return logitsOf(await takeFloats(logits!, groups * n * vocab, 'The logits'), places, groups, vocab);
  }

  dispose(): void {
    this.#cache.dispose();
  }
}
