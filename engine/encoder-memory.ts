/** The encoder's h, k and v of all tokens of one image: in memory, or on the device where they were made. */
import { FeedSets, floatFeed, type Feed } from './feed.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { PatchStep } from './graphs.ts';
import type { Copy, OnDevice } from './on-device.ts';
import type { GraphTensor, Tensors } from './tensors.ts';

const NAMES = ['h', 'k', 'v'] as const;
type Name = (typeof NAMES)[number];

/** Tensors that it gives out stay its own, and are good until it is called again. */
export interface EncoderMemory {
  /** Takes the outputs h, k, v [1, n, D] of the n tokens from x_t on. */
  take(t: number, n: number, outputs: Tensors): Promise<void>;
  /** h, k, v [P, patchWindow, D] of the spans that these steps close, from slot 0 on; what stands after a span is finite. */
  patchWindows(steps: readonly PatchStep[]): Tensors;
  /** h [1, n, D] of the tokens before x_t and the n - 1 after it; anything finite for the first one. */
  before(t: number, n: number): GraphTensor;
  dispose(): void;
}

/** Slot t + 1 is that of x_t: slot 0 stands before the first token, and a patch window begins with the first tokens of a patch. */
const slotOf = (t: number) => t + 1;

export class HostMemory implements EncoderMemory {
  readonly #dim: number;
  readonly #patchWindow: number;
  readonly #memory: Record<Name, Float32Array>;
  readonly #patchWindows: FeedSets<Record<Name, Feed<Float32Array>>>;
  readonly #before: FeedSets<{ h: Feed<Float32Array> }>;

  /** tokens: T; patchWindow: tokens of a patch, at most. */
  constructor(runner: GraphRunner, tokens: number, dim: number, patchWindow: number) {
    const slots = () => new Float32Array((tokens + 1 + patchWindow) * dim);
    this.#dim = dim;
    this.#patchWindow = patchWindow;
    this.#memory = { h: slots(), k: slots(), v: slots() };
    const feed = (n: number) => floatFeed(runner, [n, patchWindow, dim]);
    this.#patchWindows = new FeedSets((n) => ({ h: feed(n), k: feed(n), v: feed(n) }));
    this.#before = new FeedSets((n) => ({ h: floatFeed(runner, [1, n, dim]) }));
  }

  async take(t: number, n: number, outputs: Tensors): Promise<void> {
    for (const name of NAMES) this.#memory[name].set(await takeFloats(outputs[name]!, n * this.#dim, say`The encoder's ${name}`), slotOf(t) * this.#dim);
  }

  patchWindows(steps: readonly PatchStep[]): Tensors {
    const size = this.#patchWindow * this.#dim;
    const feeds = this.#patchWindows.of(steps.length);
    for (const name of NAMES) {
      for (const [i, { span }] of steps.entries()) {
        const from = slotOf(span?.start ?? 0) * this.#dim;
        feeds[name].values.set(this.#memory[name].subarray(from, from + size), i * size);
      }
    }
    return { h: feeds.h.tensor, k: feeds.k.tensor, v: feeds.v.tensor };
  }

  before(t: number, n: number): GraphTensor {
    const { h } = this.#before.of(n);
    h.values.set(this.#memory.h.subarray(t * this.#dim, (t + n) * this.#dim));
    return h.tensor;
  }

  dispose(): void {
    this.#patchWindows.dispose();
    this.#before.dispose();
  }
}

/** Numbers of patches whose patch windows are kept on the device at once. */
const KEPT = 8;

export class DeviceMemory implements EncoderMemory {
  readonly #device: OnDevice;
  readonly #dim: number;
  readonly #patchWindow: number;
  readonly #memory: Record<Name, GraphTensor>;
  /** By number of patches, and of positions: made when it first comes. */
  readonly #patchWindows = new Map<number, Record<Name, GraphTensor>>();
  readonly #before = new Map<number, GraphTensor>();

  constructor(device: OnDevice, tokens: number, dim: number, patchWindow: number) {
    const slots = () => device.zeros([tokens + 1 + patchWindow, dim]);
    this.#device = device;
    this.#dim = dim;
    this.#patchWindow = patchWindow;
    this.#memory = { h: slots(), k: slots(), v: slots() };
  }

  async take(t: number, _n: number, outputs: Tensors): Promise<void> {
    this.#device.copy(NAMES.map((name) => ({ from: outputs[name]!, to: this.#memory[name], at: slotOf(t) * this.#dim })));
    for (const name of NAMES) outputs[name]!.dispose();
  }

  patchWindows(steps: readonly PatchStep[]): Tensors {
    const n = steps.length;
    const zeros = () => this.#device.zeros([n, this.#patchWindow, this.#dim]);
    if (!this.#patchWindows.has(n)) {
      const [oldest] = this.#patchWindows.size < KEPT ? [] : this.#patchWindows;
      if (oldest) {
        for (const tensor of Object.values(oldest[1])) tensor.dispose();
        this.#patchWindows.delete(oldest[0]);
      }
      this.#patchWindows.set(n, { h: zeros(), k: zeros(), v: zeros() });
    }
    const feeds = this.#patchWindows.get(n)!;
    const size = this.#patchWindow * this.#dim;
    this.#device.copy(NAMES.flatMap((name) => steps.map(({ span }, i): Copy => ({
      from: this.#memory[name], to: feeds[name], at: i * size, first: slotOf(span?.start ?? 0) * this.#dim, size,
    }))));
    return feeds;
  }

  before(t: number, n: number): GraphTensor {
    if (!this.#before.has(n)) this.#before.set(n, this.#device.zeros([1, n, this.#dim]));
    const h = this.#before.get(n)!;
    this.#device.copy([{ from: this.#memory.h, to: h, at: 0, first: t * this.#dim, size: n * this.#dim }]);
    return h;
  }

  dispose(): void {
    for (const tensor of [...Object.values(this.#memory), ...[...this.#patchWindows.values()].flatMap((feeds) => Object.values(feeds)), ...this.#before.values()]) tensor.dispose();
    this.#patchWindows.clear();
    this.#before.clear();
  }
}
