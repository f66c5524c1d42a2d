/** The encoder's h, k and v of the open patches and of the last tokens: kept in memory, or on the device where they were made. */
import { FeedSets, floatFeed, type Feed } from './feed.ts';
import { takeFloats, type GraphRunner } from './graph-runner.ts';
import { say } from './phrase.ts';
import type { PatchStep } from './graphs.ts';
import type { OnDevice } from './on-device.ts';
import { takesAll, type Place } from './places.ts';
import type { GraphTensor, Tensors } from './tensors.ts';

const NAMES = ['h', 'k', 'v'] as const;
type Name = (typeof NAMES)[number];

/** Tensors that it gives out stay its own, and are good until it is called again. A run takes n of the batch's images. */
export interface EncoderStates {
  /** Takes the outputs h, k, v [n, 1, D] of the steps on x_t; places are those of the encoder, whose slots are t. */
  take(places: readonly Place[], outputs: Tensors): Promise<void>;
  /** h, k, v [n, patchWindow, D] of the spans that these steps close, from slot 0 on; what stands after it is finite. Spans of an image follow each other. */
  patchWindows(places: readonly Place[], steps: readonly PatchStep[]): Tensors;
  /** h [1, n, D] of x_{t-1}, or anything finite for t = 0; places are those of the decoder. */
  before(places: readonly Place[]): GraphTensor;
  dispose(): void;
}

/** First tokens of the open patches, which stand at slot 0 of the patch windows. */
function opened(starts: number[], steps: readonly PatchStep[]): void {
  for (const { image, span } of steps) starts[image] = span ? span.end + 1 : 0;
}

export class HostStates implements EncoderStates {
  readonly #images: number;
  readonly #dim: number;
  /** Values of one image in a patch window. */
  readonly #size: number;
  readonly #starts: number[];
  /** Of all images; a run of all is fed with them as they are. */
  readonly #patchWindows: Record<Name, Feed<Float32Array>>;
  readonly #before: Feed<Float32Array>;
  readonly #some: FeedSets<Record<Name | 'before', Feed<Float32Array>>>;

  constructor(runner: GraphRunner, images: number, dim: number, patchWindow: number) {
    this.#images = images;
    this.#dim = dim;
    this.#size = patchWindow * dim;
    this.#starts = new Array<number>(images).fill(0);
    const patchWindows = (n: number) => ({ h: floatFeed(runner, [n, patchWindow, dim]), k: floatFeed(runner, [n, patchWindow, dim]), v: floatFeed(runner, [n, patchWindow, dim]) });
    this.#patchWindows = patchWindows(images);
    this.#before = floatFeed(runner, [1, images, dim]);
    this.#some = new FeedSets((n) => ({ ...patchWindows(n), before: floatFeed(runner, [1, n, dim]) }));
  }

  async take(places: readonly Place[], outputs: Tensors): Promise<void> {
    const dim = this.#dim;
    for (const name of NAMES) {
      const all = await takeFloats(outputs[name]!, places.length * dim, say`The encoder's ${name}`);
      for (const [i, { image, slot, step }] of places.entries()) {
        if (step === null) continue;
        const values = all.subarray(i * dim, (i + 1) * dim);
        const at = (slot - this.#starts[image]!) * dim;
        // A patch longer than the patch window is never pooled (checkSettings refuses it before).
        if (at < this.#size) this.#patchWindows[name].values.set(values, image * this.#size + at);
        if (name === 'h') this.#before.values.set(values, image * dim);
      }
    }
  }

  patchWindows(places: readonly Place[], steps: readonly PatchStep[]): Tensors {
    opened(this.#starts, steps);
    const from = this.#patchWindows;
    const { h, k, v } = takesAll(places, this.#images) ? from : this.#some.of(places.length);
    if (h !== from.h) for (const [name, to] of [['h', h], ['k', k], ['v', v]] as const) gather(from[name], to, places, this.#size);
    return { h: h.tensor, k: k.tensor, v: v.tensor };
  }

  before(places: readonly Place[]): GraphTensor {
    if (takesAll(places, this.#images)) return this.#before.tensor;
    const { before } = this.#some.of(places.length);
    gather(this.#before, before, places, this.#dim);
    return before.tensor;
  }

  dispose(): void {
    for (const { tensor } of [this.#before, ...Object.values(this.#patchWindows)]) tensor.dispose();
    this.#some.dispose();
  }
}

/** Copies the `size` values of each place. */
function gather(from: Feed<Float32Array>, to: Feed<Float32Array>, places: readonly Place[], size: number): void {
  for (const [i, { image }] of places.entries()) to.values.set(from.values.subarray(image * size, (image + 1) * size), i * size);
}

/** Of one image. */
export class DeviceStates implements EncoderStates {
  readonly #device: OnDevice;
  readonly #dim: number;
  readonly #patchWindows: Tensors;
  readonly #zero: GraphTensor;
  readonly #starts = [0];
  #last: GraphTensor | null = null;

  constructor(device: OnDevice, dim: number, patchWindow: number) {
    this.#device = device;
    this.#dim = dim;
    this.#zero = device.zeros([1, 1, dim]);
    this.#patchWindows = Object.fromEntries(NAMES.map((name) => [name, device.zeros([1, patchWindow, dim])]));
  }

  async take([place]: readonly Place[], outputs: Tensors): Promise<void> {
    const at = (place!.slot - this.#starts[0]!) * this.#dim;
    // A patch longer than the patch window is never pooled (checkSettings refuses it before).
    this.#device.copy(NAMES.map((name) => ({ from: outputs[name]!, to: this.#patchWindows[name]!, at })));
    this.#last?.dispose();
    this.#last = outputs.h!;
    outputs.k!.dispose();
    outputs.v!.dispose();
  }

  patchWindows(_places: readonly Place[], steps: readonly PatchStep[]): Tensors {
    opened(this.#starts, steps);
    return this.#patchWindows;
  }

  before([place]: readonly Place[]): GraphTensor {
    return place!.slot === 0 ? this.#zero : this.#last!;
  }

  dispose(): void {
    for (const tensor of [this.#zero, this.#last, ...Object.values(this.#patchWindows)]) tensor?.dispose();
    this.#last = null;
  }
}
