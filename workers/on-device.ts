/// <reference types="@webgpu/types" />
import { StudioError } from '../engine/errors.ts';
import type { NoiseAt } from '../engine/gumbel.ts';
import type { Copy, OnDevice, Sampled, SampleRequest } from '../engine/on-device.ts';
import { choose, nullEntropyOf, type Choice, type SamplingRules } from '../engine/sampling.ts';
import { sizeOf, type GraphTensor } from '../engine/tensors.ts';
import { words } from '../packs/request.ts';
import { bufferOf, storageBuffer, WORD } from './gpu-buffers.ts';
import { ALTERNATIVES, NULL_ENTROPY, RESULT, SAMPLE_SHADER } from './sample-shader.ts';

/** The result and, after it, the value that is read along. */
const ANSWER = (RESULT + 1) * WORD;
const PARAMS = 12 * WORD;
/** Buffers that results are read from, in turn: one may still be mapped while the next is written. */
const RING = 3;

/** Makes a tensor of the runtime around a buffer. */
export type Wrap = (buffer: GPUBuffer, type: 'float32' | 'int32', dims: readonly number[]) => GraphTensor;

/** Copies, sampling and the one wait of a token, on the device that the sessions run on. Every queue is in order, so nothing else waits. */
export class GpuTokens implements OnDevice {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #wrap: Wrap;
  readonly #params: GPUBuffer;
  readonly #result: GPUBuffer;
  readonly #token: GraphTensor;
  readonly #ring: GPUBuffer[];
  #turn = 0;
  /** Guided logits, as long as the vocabulary. */
  #guided: GPUBuffer | null = null;
  /** Logits of the last sample: freed once they were read. */
  #logits: GraphTensor | null = null;
  /** Whether the last sample was asked for the entropy of its last row. */
  #nullEntropy = false;
  /** What the GPU could not do since the last answer: without memory it goes on with nothing in its buffers. */
  #error: GPUError | null = null;
  readonly #hear = ({ error }: GPUUncapturedErrorEvent): void => { this.#error ??= error; };

  constructor(device: GPUDevice, pipeline: GPUComputePipeline, wrap: Wrap) {
    const { STORAGE, COPY_SRC, COPY_DST, UNIFORM, MAP_READ } = GPUBufferUsage;
    this.#device = device;
    this.#pipeline = pipeline;
    this.#wrap = wrap;
    device.addEventListener('uncapturederror', this.#hear);
    this.#params = device.createBuffer({ size: PARAMS, usage: UNIFORM | COPY_DST });
    this.#result = device.createBuffer({ size: RESULT * WORD, usage: STORAGE | COPY_SRC });
    this.#token = wrap(storageBuffer(device, WORD), 'int32', [1, 1]);
    this.#ring = Array.from({ length: RING }, () => device.createBuffer({ size: ANSWER, usage: MAP_READ | COPY_DST }));
  }

  zeros(dims: readonly number[]): GraphTensor {
    return this.#wrap(storageBuffer(this.#device, sizeOf(dims) * WORD), 'float32', dims);
  }

  copy(copies: readonly Copy[]): void {
    const encoder = this.#device.createCommandEncoder();
    for (const { from, to, at } of copies) encoder.copyBufferToBuffer(bufferOf(from), 0, bufferOf(to), at * WORD, sizeOf(from.dims) * WORD);
    this.#device.queue.submit([encoder.finish()]);
  }

  sample({ logits, rules, at, forced, nullEntropy = false }: SampleRequest): GraphTensor {
    const device = this.#device;
    const [rows, , vocab] = logits.dims as [number, number, number];
    if (!this.#guided || this.#guided.size < vocab * WORD) {
      this.#guided?.destroy();
      this.#guided = device.createBuffer({ size: vocab * WORD, usage: GPUBufferUsage.STORAGE });
    }
    device.queue.writeBuffer(this.#params, 0, paramsOf(rules, at, forced, vocab, rows, nullEntropy));
    const buffers = [this.#params, bufferOf(logits), this.#guided, bufferOf(this.#token), this.#result];
    const group = device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(1);
    pass.end();
    device.queue.submit([encoder.finish()]);
    this.#logits?.dispose();
    this.#logits = logits;
    this.#nullEntropy = nullEntropy;
    return this.#token;
  }

  async read(also: GraphTensor | null): Promise<Sampled & { also: number | null }> {
    const staging = this.#ring[this.#turn++ % RING]!;
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#result, 0, staging, 0, RESULT * WORD);
    if (also) encoder.copyBufferToBuffer(bufferOf(also), 0, staging, RESULT * WORD, WORD);
    this.#device.queue.submit([encoder.finish()]);
    await this.#mapped(staging);
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.unmap();
    this.#logits?.dispose();
    this.#logits = null;
    this.#check();
    return { choice: choiceOf(values), nullEntropy: this.#nullEntropy ? values[NULL_ENTROPY]! : null, also: also ? values[RESULT]! : null };
  }

  #check(): void {
    const error = this.#error;
    if (!error) return;
    this.#error = null;
    if (error instanceof GPUOutOfMemoryError) throw new StudioError('out-of-memory', 'The GPU ran out of memory. Close other pages or programs, or pick a smaller pack or variant.', error.message);
    throw new StudioError('graph-failed', 'The GPU could not do what it was asked for. Load the pack again, or try the other backend.', error.message);
  }

  async #mapped(buffer: GPUBuffer): Promise<void> {
    try {
      await buffer.mapAsync(GPUMapMode.READ);
    } catch (cause) {
      throw new StudioError('graph-failed', 'The GPU gave no answer. Load the pack again, or try the other backend.', words(cause));
    }
  }

  /** Frees its buffers. */
  release(): void {
    this.#device.removeEventListener('uncapturederror', this.#hear);
    for (const buffer of [this.#params, this.#result, this.#guided, ...this.#ring]) buffer?.destroy();
    this.#token.dispose();
  }
}

/** The uniforms of the shader. Greedy is the likeliest one of any temperature. */
function paramsOf({ guidance, temperature, topK, topP }: SamplingRules, { seed, t }: NoiseAt, forced: number | undefined, vocab: number, rows: number, nullEntropy: boolean): ArrayBuffer {
  const greedy = temperature === 0;
  const params = new ArrayBuffer(PARAMS);
  new Uint32Array(params).set([vocab, rows, greedy ? 1 : topK, 0, seed, t]);
  new Int32Array(params)[3] = forced ?? -1;
  new Float32Array(params).set([guidance, greedy ? 1 : temperature, greedy ? 1 : topP], 6);
  new Uint32Array(params)[9] = Number(nullEntropy);
  return params;
}

const logOf = (p: number): number | null => (p > 0 ? Math.log(p) : null);

function choiceOf(values: Float32Array): Choice {
  const [token, p, classLogprob, bad] = values as unknown as [number, number, number, number];
  if (bad > 0) throw new StudioError('graph-failed', 'The decoder gave logits that are not finite numbers. Try the other backend, or the variant fp32.');
  const alternatives: [number, number][] = [];
  for (let i = 0; i < ALTERNATIVES; i++) {
    const [id, share] = [values[4 + i]!, values[4 + ALTERNATIVES + i]!];
    if (id >= 0 && share > 0) alternatives.push([id, Math.min(1, share)]);
  }
  return { token, logprob: logOf(p), classLogprob, alternatives };
}

/** Cases that go through every part of the shader. */
const CHECKS: readonly SamplingRules[] = [
  { guidance: 2, temperature: 1, topK: 0, topP: 1 }, { guidance: 1.5, temperature: 0.7, topK: 9, topP: 0.8 }, { guidance: 3, temperature: 0, topK: 0, topP: 1 },
];
const CLOSE = 1e-3;

/** The pipeline that samples on a device, checked against the processor; null where it does not compile or chooses otherwise. */
export async function openSampler(device: GPUDevice, wrap: Wrap): Promise<GPUComputePipeline | null> {
  try {
    const module = device.createShaderModule({ code: SAMPLE_SHADER, label: 'sample' });
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' }, label: 'sample' });
    const tokens = new GpuTokens(device, pipeline, wrap);
    const right = await samplesRightly(device, tokens);
    tokens.release();
    return right ? pipeline : null;
  } catch {
    return null;
  }
}

/** Whether the sampler of this device chooses as engine/sampling.ts does: drivers differ. */
async function samplesRightly(device: GPUDevice, tokens: OnDevice, vocab = 300): Promise<boolean> {
  // A fixed, uneven mix; no two tokens are alike, and no second token comes near the first.
  const values = Float32Array.from({ length: 2 * vocab }, (_, i) => 3 * Math.sin(1.7 * i) + Math.cos(0.31 * i * i));
  for (const [t, rules] of CHECKS.entries()) {
    const at = { seed: 4321, t };
    const logits = tokens.zeros([2, 1, vocab]);
    device.queue.writeBuffer(bufferOf(logits), 0, values);
    const host = { classLogits: values.subarray(0, vocab), nullLogits: values.subarray(vocab) };
    const want = choose(host, rules, at);
    tokens.sample({ logits, rules, at, nullEntropy: true });
    const { choice, nullEntropy } = await tokens.read(null);
    const near = (a: number | null, b: number | null) => Math.abs((a ?? 0) - (b ?? 0)) < CLOSE;
    if (choice.token !== want.token || !near(choice.logprob, want.logprob) || !near(choice.classLogprob, want.classLogprob) || !near(nullEntropy, nullEntropyOf(host))) return false;
    if (choice.alternatives.length !== want.alternatives.length || !choice.alternatives.every(([id, p], i) => id === want.alternatives[i]![0] && near(p, want.alternatives[i]![1]))) return false;
  }
  return true;
}
