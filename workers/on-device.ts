/// <reference types="@webgpu/types" />
import { StudioError } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import type { Copy, OnDevice, Sampled, SampleRequest } from '../engine/on-device.ts';
import { choose, logOf, nullEntropyOf, type Choice, type SamplingRules } from '../engine/sampling.ts';
import { sizeOf, type GraphTensor } from '../engine/tensors.ts';
import { MOST_POSITIONS } from '../engine/window.ts';
import { bufferOf, storageBuffer, WORD } from './gpu-buffers.ts';
import { ALTERNATIVES, KNOWN, NULL_ENTROPY, RESULT, SAMPLE_SHADER } from './sample-shader.ts';

/** Most positions of a pass (engine/window.ts), and values that are read along. */
const ANSWER = (MOST_POSITIONS * RESULT + KNOWN) * WORD;
/** Of the uniforms: the numbers, and the tokens known ahead after them. */
const NUMBERS = 12;
const PARAMS = (NUMBERS + KNOWN) * WORD;
/** Buffers that results are read from, in turn: one may still be mapped while the next is written. */
const RING = 3;

/** Makes a tensor of the runtime around a buffer. */
export type Wrap = (buffer: GPUBuffer, type: 'float32' | 'int32', dims: readonly number[]) => GraphTensor;

/** Copies, sampling and the one wait of a pass, on the device that the sessions run on. Every queue is in order, so nothing else waits. */
export class GpuTokens implements OnDevice {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #wrap: Wrap;
  readonly #params: GPUBuffer;
  readonly #result: GPUBuffer;
  readonly #tokens: GPUBuffer;
  readonly #ring: GPUBuffer[];
  #turn = 0;
  /** Positions of the last sample. */
  #positions = 0;
  /** Guided logits, as long as the vocabulary for every position. */
  #guided: GPUBuffer | null = null;
  /** Logits of the last sample: freed once they were read. */
  #logits: GraphTensor | null = null;
  /** Whether the last sample was asked for the entropy of its last row. */
  #nullEntropy = false;
  /** What the GPU could not do since the batch began or its last answer: without memory it goes on with nothing in its buffers. */
  #error: GPUError | null = null;
  readonly #keepError = ({ error }: GPUUncapturedErrorEvent): void => { this.#error ??= error; };

  constructor(device: GPUDevice, pipeline: GPUComputePipeline, wrap: Wrap) {
    const { STORAGE, COPY_SRC, COPY_DST, UNIFORM, MAP_READ } = GPUBufferUsage;
    this.#device = device;
    this.#pipeline = pipeline;
    this.#wrap = wrap;
    device.addEventListener('uncapturederror', this.#keepError);
    this.#params = device.createBuffer({ size: PARAMS, usage: UNIFORM | COPY_DST });
    this.#result = device.createBuffer({ size: MOST_POSITIONS * RESULT * WORD, usage: STORAGE | COPY_SRC });
    this.#tokens = storageBuffer(device, KNOWN * WORD);
    this.#ring = Array.from({ length: RING }, () => device.createBuffer({ size: ANSWER, usage: MAP_READ | COPY_DST }));
  }

  begin(): void {
    this.#error = null;
  }

  zeros(dims: readonly number[]): GraphTensor {
    return this.#wrap(storageBuffer(this.#device, sizeOf(dims) * WORD), 'float32', dims);
  }

  copy(copies: readonly Copy[]): void {
    const encoder = this.#device.createCommandEncoder();
    for (const { from, to, at, first = 0, size = sizeOf(from.dims) } of copies) encoder.copyBufferToBuffer(bufferOf(from), first * WORD, bufferOf(to), at * WORD, size * WORD);
    this.#device.queue.submit([encoder.finish()]);
  }

  sample(request: SampleRequest, count: number): GraphTensor {
    const device = this.#device;
    const { logits, positions } = request;
    const vocab = logits.dims[2]!;
    if (!this.#guided || this.#guided.size < positions * vocab * WORD) {
      this.#guided?.destroy();
      this.#guided = device.createBuffer({ size: positions * vocab * WORD, usage: GPUBufferUsage.STORAGE });
    }
    device.queue.writeBuffer(this.#params, 0, paramsOf(request, vocab));
    const buffers = [this.#params, bufferOf(logits), this.#guided, this.#tokens, this.#result];
    const group = device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(positions);
    pass.end();
    device.queue.submit([encoder.finish()]);
    this.#logits?.dispose();
    this.#logits = logits;
    this.#positions = positions;
    this.#nullEntropy = request.nullEntropy ?? false;
    return this.#wrap(this.#tokens, 'int32', [1, count]);
  }

  async read(also: GraphTensor | null): Promise<{ sampled: Sampled[]; also: ArrayLike<number> }> {
    const staging = this.#ring[this.#turn++ % RING]!;
    const results = this.#positions * RESULT;
    const values = results + (also ? sizeOf(also.dims) : 0);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#result, 0, staging, 0, results * WORD);
    if (also) encoder.copyBufferToBuffer(bufferOf(also), 0, staging, results * WORD, sizeOf(also.dims) * WORD);
    this.#device.queue.submit([encoder.finish()]);
    try {
      await this.#mapped(staging);
    } finally {
      this.#logits?.dispose();
      this.#logits = null;
    }
    const read = new Float32Array(staging.getMappedRange(0, values * WORD).slice(0));
    staging.unmap();
    this.#check();
    const sampled = Array.from({ length: this.#positions }, (_, i) => {
      const own = read.subarray(i * RESULT, (i + 1) * RESULT);
      return { choice: choiceOf(own), nullEntropy: this.#nullEntropy ? own[NULL_ENTROPY]! : null };
    });
    return { sampled, also: read.subarray(results) };
  }

  #check(): void {
    const error = this.#error;
    if (!error) return;
    this.#error = null;
    if (error instanceof GPUOutOfMemoryError) throw new StudioError('out-of-memory', say`The GPU ran out of memory. Close other pages or programs, or pick a smaller pack or variant.`, quote(error.message));
    throw new StudioError('graph-failed', say`The GPU could not do what it was asked for. Load the pack again, or try the other backend.`, quote(error.message));
  }

  async #mapped(buffer: GPUBuffer): Promise<void> {
    try {
      await buffer.mapAsync(GPUMapMode.READ);
    } catch (cause) {
      throw new StudioError('graph-failed', say`The GPU gave no answer. Load the pack again, or try the other backend.`, quote(cause));
    }
  }

  /** Frees its buffers. */
  release(): void {
    this.#device.removeEventListener('uncapturederror', this.#keepError);
    for (const buffer of [this.#params, this.#result, this.#tokens, this.#guided, ...this.#ring]) buffer?.destroy();
  }
}

/** Float32 has no numbers below about 1e-38; at this temperature the likeliest token is as certain. */
const LEAST_TEMPERATURE = 1e-30;

/** The uniforms of the shader. Greedy is the likeliest one of any temperature. */
function paramsOf({ logits, positions, groups, rules: { guidance, temperature, topK, topP }, at: { seed, t }, forced, drafts, nullEntropy }: SampleRequest, vocab: number): ArrayBuffer {
  const greedy = temperature === 0;
  const known = [...forced.map((token) => token ?? -1), ...drafts];
  const params = new ArrayBuffer((NUMBERS + known.length) * WORD);
  new Uint32Array(params).set([vocab, groups, greedy ? 1 : topK, sizeOf(logits.dims) / vocab / positions, seed, t]);
  new Float32Array(params).set([guidance, greedy ? 1 : Math.max(temperature, LEAST_TEMPERATURE), greedy ? 1 : topP], 6);
  new Uint32Array(params).set([Number(nullEntropy ?? false), positions, drafts.length], 9);
  new Int32Array(params).set(known, NUMBERS);
  return params;
}

function choiceOf(values: Float32Array): Choice {
  const [token, p, classLogprob, bad] = values as unknown as [number, number, number, number];
  if (bad > 0) throw new StudioError('graph-failed', say`The decoder gave logits that are not finite numbers. Try the other backend, or the variant fp32.`);
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
    try {
      return await samplesRightly(device, tokens) ? pipeline : null;
    } finally {
      tokens.release();
    }
  } catch {
    return null;
  }
}

/** Whether the sampler of this device chooses as engine/sampling.ts does, for one position and for several: drivers differ. */
async function samplesRightly(device: GPUDevice, tokens: OnDevice, vocab = 300): Promise<boolean> {
  const positions = 3;
  // A fixed, uneven mix; no two tokens are alike, and no second token comes near the first.
  const values = Float32Array.from({ length: 2 * positions * vocab }, (_, i) => 3 * Math.sin(1.7 * i) + Math.cos(0.31 * i * i));
  const near = (a: number | null, b: number | null) => Math.abs((a ?? 0) - (b ?? 0)) < CLOSE;
  for (const [t, rules] of CHECKS.entries()) {
    for (const n of [1, positions]) {
      const at = { seed: 4321, t };
      const logits = tokens.zeros(n === 1 ? [2, 1, vocab] : [n, 2, vocab]);
      device.queue.writeBuffer(bufferOf(logits), 0, values, 0, 2 * n * vocab);
      tokens.sample({ logits, positions: n, groups: 2, rules, at, forced: Array.from({ length: n }, () => undefined), drafts: n === 1 ? [] : [~1, 7], nullEntropy: true }, n);
      const { sampled } = await tokens.read(null);
      for (const [i, { choice, nullEntropy }] of sampled.entries()) {
        const row = (k: number) => values.subarray((2 * i + k) * vocab, (2 * i + k + 1) * vocab);
        const host = { classLogits: row(0), nullLogits: row(1) };
        const want = choose(host, rules, { ...at, t: t + i });
        if (choice.token !== want.token || !near(choice.logprob, want.logprob) || !near(choice.classLogprob, want.classLogprob) || !near(nullEntropy, nullEntropyOf(host))) return false;
        if (choice.alternatives.length !== want.alternatives.length || !choice.alternatives.every(([id, p], a) => id === want.alternatives[a]![0] && near(p, want.alternatives[a]![1]))) return false;
      }
    }
  }
  return true;
}
