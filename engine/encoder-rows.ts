/** The encoder's h, k and v of the open patch and of the last token: kept in memory, or on the device where they were made. */
import { floatFeed, type Feed } from './feed.ts';
import type { Span } from './graphs.ts';
import { takeFloats, type GraphRunner, type GraphTensor, type Tensors } from './graph-runner.ts';
import type { OnDevice } from './on-device.ts';

const NAMES = ['h', 'k', 'v'] as const;

/** Tensors that it gives out stay its own, and are good until it is called again. */
export interface EncoderRows {
  begin(): void;
  /** Takes the outputs h, k, v [1, 1, D] of the step on x_t. */
  take(t: number, outputs: Tensors): Promise<void>;
  /** h, k, v [1, window, D] of the span, from slot 0 on; what stands after it is finite. Spans follow each other. */
  windows(span: Span | null): Tensors;
  /** h [1, 1, D] of x_{t-1}; zeros for t = 0. */
  before(t: number): GraphTensor;
  dispose(): void;
}

export class HostRows implements EncoderRows {
  readonly #dim: number;
  readonly #windows: Record<(typeof NAMES)[number], Feed<Float32Array>>;
  readonly #before: Feed<Float32Array>;
  /** First token of the open patch, at slot 0 of the windows. */
  #start = 0;

  constructor(runner: GraphRunner, dim: number, window: number) {
    this.#dim = dim;
    const feed = () => floatFeed(runner, [1, window, dim]);
    this.#windows = { h: feed(), k: feed(), v: feed() };
    this.#before = floatFeed(runner, [1, 1, dim]);
  }

  begin(): void {
    this.#start = 0;
    for (const { values } of [this.#before, ...Object.values(this.#windows)]) values.fill(0);
  }

  async take(t: number, outputs: Tensors): Promise<void> {
    const at = (t - this.#start) * this.#dim;
    for (const name of NAMES) {
      const values = await takeFloats(outputs[name]!, this.#dim, `The encoder's ${name}`);
      // A patch longer than the window is never pooled (engine/settings.ts refuses it before).
      if (at < this.#windows[name].values.length) this.#windows[name].values.set(values, at);
      if (name === 'h') this.#before.values.set(values);
    }
  }

  windows(span: Span | null): Tensors {
    this.#start = span ? span.end + 1 : 0;
    const { h, k, v } = this.#windows;
    return { h: h.tensor, k: k.tensor, v: v.tensor };
  }

  before(): GraphTensor {
    return this.#before.tensor;
  }

  dispose(): void {
    // Plain memory.
  }
}

export class DeviceRows implements EncoderRows {
  readonly #device: OnDevice;
  readonly #dim: number;
  readonly #size: number;
  #windows: Tensors = {};
  #zero: GraphTensor | null = null;
  #last: GraphTensor | null = null;
  /** First token of the open patch, at slot 0 of the windows. */
  #start = 0;

  constructor(device: OnDevice, dim: number, window: number) {
    this.#device = device;
    this.#dim = dim;
    this.#size = window;
  }

  begin(): void {
    this.dispose();
    this.#start = 0;
    this.#zero = this.#device.zeros([1, 1, this.#dim]);
    this.#windows = Object.fromEntries(NAMES.map((name) => [name, this.#device.zeros([1, this.#size, this.#dim])]));
  }

  async take(t: number, outputs: Tensors): Promise<void> {
    const at = (t - this.#start) * this.#dim;
    // A patch longer than the window is never pooled (engine/settings.ts refuses it before).
    this.#device.copy(NAMES.map((name) => ({ from: outputs[name]!, to: this.#windows[name]!, at })));
    this.#last?.dispose();
    this.#last = outputs.h!;
    outputs.k!.dispose();
    outputs.v!.dispose();
  }

  windows(span: Span | null): Tensors {
    this.#start = span ? span.end + 1 : 0;
    return this.#windows;
  }

  before(t: number): GraphTensor {
    return t === 0 ? this.#zero! : this.#last!;
  }

  dispose(): void {
    for (const tensor of [this.#zero, this.#last, ...Object.values(this.#windows)]) tensor?.dispose();
    this.#zero = this.#last = null;
    this.#windows = {};
  }
}
