import { DparGraphs } from './dpar-graphs.ts';
import { DparWindows } from './dpar-windows.ts';
import { GptGraphs } from './gpt-graphs.ts';
import { GptWindows } from './gpt-windows.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { GraphRunner } from './graph-runner.ts';
import { windowGraphs, type Manifest } from './manifest.ts';

/** The graphs that decode a pack, by its kind: a position of each image a step, or several of them in turn where the batch is begun so. */
export function decodeGraphs(runner: GraphRunner, manifest: Manifest): DecodeGraphs {
  const [steps, windows] = manifest.kind === 'gpt'
    ? [new GptGraphs(runner, manifest), new GptWindows(runner, manifest)]
    : [new DparGraphs(runner, manifest), new DparWindows(runner, manifest)];
  return new StepsOrWindows(steps, windows, () => windowGraphs[manifest.kind].every((graph) => runner.has(graph)));
}

class StepsOrWindows implements DecodeGraphs {
  readonly #steps: DecodeGraphs;
  readonly #windows: DecodeGraphs;
  /** Whether the pack's graphs for windows are at hand. */
  readonly #there: () => boolean;
  #now: DecodeGraphs;

  constructor(steps: DecodeGraphs, windows: DecodeGraphs, there: () => boolean) {
    this.#steps = this.#now = steps;
    this.#windows = windows;
    this.#there = there;
  }

  get mostPositions(): number {
    return this.#there() ? this.#windows.mostPositions : 1;
  }

  get tokenStep(): DecodeGraphs['tokenStep'] {
    return this.#now.tokenStep;
  }

  begin(...batch: Parameters<DecodeGraphs['begin']>): Promise<void> {
    const next = batch[2] > 1 ? this.#windows : this.#steps;
    if (next !== this.#now) this.#now.dispose();
    this.#now = next;
    return next.begin(...batch);
  }

  entropyStep(...args: Parameters<DecodeGraphs['entropyStep']>): ReturnType<DecodeGraphs['entropyStep']> {
    return this.#now.entropyStep(...args);
  }

  encoderStep(...args: Parameters<DecodeGraphs['encoderStep']>): Promise<void> {
    return this.#now.encoderStep(...args);
  }

  patchStep(...args: Parameters<DecodeGraphs['patchStep']>): Promise<void> {
    return this.#now.patchStep(...args);
  }

  decoderStep(...args: Parameters<DecodeGraphs['decoderStep']>): ReturnType<DecodeGraphs['decoderStep']> {
    return this.#now.decoderStep(...args);
  }

  dispose(): void {
    this.#now.dispose();
  }
}
