/** The encoder's h, k and v of the open patch and of the last token: kept in memory, or on the device where they were made. */
import { EncoderWindow } from './encoder-window.ts';
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
  readonly #runner: GraphRunner;
  readonly #dim: number;
  readonly #size: number;
  #window: EncoderWindow;
  #lent: GraphTensor[] = [];

  constructor(runner: GraphRunner, dim: number, window: number) {
    this.#runner = runner;
    this.#dim = dim;
    this.#size = window;
    this.#window = new EncoderWindow(dim, window);
  }

  begin(): void {
    this.#window = new EncoderWindow(this.#dim, this.#size);
  }

  async take(t: number, outputs: Tensors): Promise<void> {
    for (const name of NAMES) this.#window.set(t, name, await takeFloats(outputs[name]!, this.#dim, `The encoder's ${name}`));
  }

  windows(span: Span | null): Tensors {
    this.dispose();
    return Object.fromEntries(NAMES.map((name) => [name, this.#lend(this.#window.gather(name, span), this.#size)]));
  }

  before(t: number): GraphTensor {
    this.dispose();
    return this.#lend(t === 0 ? new Float32Array(this.#dim) : this.#window.row(t - 1, 'h'), 1);
  }

  #lend(values: Float32Array, rows: number): GraphTensor {
    const tensor = this.#runner.tensor('float32', values, [1, rows, this.#dim]);
    this.#lent.push(tensor);
    return tensor;
  }

  dispose(): void {
    for (const tensor of this.#lent.splice(0)) tensor.dispose();
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
