/// <reference types="@webgpu/types" />
import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-web/webgpu';
import type { GraphCall } from '../engine/graph-runner.ts';
import { sizeOf, type GraphTensor, type Tensors } from '../engine/tensors.ts';
import { bufferOf, storageBuffer, WORD } from './gpu-buffers.ts';
import type { Ort } from './runtime.ts';

const bytesOf = (dims: readonly number[]) => sizeOf(dims) * WORD;

/**
 * Asks onnxruntime to record (capture) the kernels of a session's first run and to replay them from then on: what it costs to
 * start kernels one by one is most of a step on a fast GPU. onnxruntime-web 1.30 binds inputs once and for all where it sees
 * the option itself, and then drops buffers of ours; it reads the option four times on its way to the WebGPU provider, and a
 * fifth time for that. So the fifth answer is no, and buffers are bound at every run.
 */
export function withCapture(options: InferenceSession.SessionOptions): InferenceSession.SessionOptions {
  let reads = 0;
  return Object.defineProperty({ ...options }, 'enableGraphCapture', { enumerable: true, get: () => ++reads <= 4 });
}

/** Runs kernels one by one. */
const UNRECORDED: InferenceSession.RunOptions = { extra: { gpu_graph_id: '-1' } };

/**
 * A step graph on WebGPU whose kernels are recorded. What is recorded reads and writes the buffers of the first run, so inputs
 * and outputs have buffers that stay: inputs are copied into them, outputs are good until the next run. Caches are written in
 * place and too large to copy; a run with other caches than the first one's is made kernel by kernel.
 */
export class CapturedSession {
  readonly #session: InferenceSession;
  readonly #device: GPUDevice;
  readonly #ort: Ort;
  /** Sizes of the named dimensions. */
  readonly #sizes: Readonly<Record<string, number>>;
  readonly #inputs = new Map<string, Tensor>();
  readonly #outputs = new Map<string, { buffer: GPUBuffer; dims: number[] }>();
  /** Caches of the recorded run. */
  #caches: GPUBuffer[] | null = null;

  constructor(session: InferenceSession, device: GPUDevice, ort: Ort, sizes: Readonly<Record<string, number>>) {
    this.#session = session;
    this.#device = device;
    this.#ort = ort;
    this.#sizes = sizes;
  }

  /** As GraphRunner.run (engine/graph-runner.ts), caches in place. */
  async run({ feeds, caches, outputs: names }: GraphCall): Promise<Tensors> {
    const inputs = this.#take(feeds);
    const outputs: Tensors = Object.fromEntries(names.map((name) => [name, this.#output(name)]));
    for (const { past, present, tensor } of caches) inputs[past] = outputs[present] = tensor as unknown as Tensor;
    const buffers = caches.map(({ tensor }) => bufferOf(tensor));
    this.#caches ??= buffers;
    const same = buffers.every((buffer, i) => buffer === this.#caches![i]);
    await this.#session.run(inputs, outputs as unknown as Record<string, OnnxValue>, same ? {} : UNRECORDED);
    return outputs;
  }

  /** Brings the inputs to where the recorded kernels read them. */
  #take(feeds: Tensors): Record<string, Tensor> {
    const taken: Record<string, Tensor> = {};
    const encoder = this.#device.createCommandEncoder();
    for (const [name, feed] of Object.entries(feeds)) {
      const tensor = feed as unknown as Tensor;
      const own = this.#input(name, tensor);
      if (tensor.location === 'gpu-buffer') encoder.copyBufferToBuffer(bufferOf(tensor), 0, bufferOf(own), 0, bytesOf(tensor.dims));
      else this.#device.queue.writeBuffer(bufferOf(own), 0, tensor.data as Float32Array<ArrayBuffer>);
      taken[name] = own;
    }
    this.#device.queue.submit([encoder.finish()]);
    return taken;
  }

  #input(name: string, { type, dims }: Tensor): Tensor {
    let own = this.#inputs.get(name);
    if (!own) {
      own = this.#ort.Tensor.fromGpuBuffer(this.#buffer(dims), { dataType: type as 'float32', dims: [...dims] }) as Tensor;
      this.#inputs.set(name, own);
    }
    return own;
  }

  #output(name: string): GraphTensor {
    let own = this.#outputs.get(name);
    if (!own) {
      const { shape } = this.#session.outputMetadata.find((one) => one.name === name) as InferenceSession.TensorValueMetadata;
      const dims = shape.map((size) => (typeof size === 'number' ? size : this.#sizes[size]!));
      own = { buffer: this.#buffer(dims), dims };
      this.#outputs.set(name, own);
    }
    const { buffer, dims } = own;
    // A tensor of its own each time: whoever gets it may dispose of it.
    return this.#ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims, dispose: () => undefined, download: () => this.#download(buffer, bytesOf(dims)) });
  }

  #buffer(dims: readonly number[]): GPUBuffer {
    return storageBuffer(this.#device, bytesOf(dims));
  }

  async #download(buffer: GPUBuffer, bytes: number): Promise<Float32Array> {
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const staging = this.#device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return values;
  }

  async release(): Promise<void> {
    await this.#session.release();
    for (const tensor of this.#inputs.values()) bufferOf(tensor).destroy();
    for (const { buffer } of this.#outputs.values()) buffer.destroy();
  }
}
