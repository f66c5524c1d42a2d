/// <reference types="@webgpu/types" />
import { AutoModelForCausalLM, env, Tensor, type PreTrainedModel } from '@huggingface/transformers';
import { countGpu, type GpuCounts } from '../../e2e/pages/gpu-counts.ts';

let model: PreTrainedModel;

/** The GPT of models/bench/peer_gpt.py as transformers.js opens it. Addresses: of its folder, and of the library's own onnxruntime. */
async function open(folder: string, runtime: string, threads: number, device: 'wasm' | 'webgpu'): Promise<void> {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.backends.onnx.wasm!.wasmPaths = `${location.origin}${runtime}`;
  env.backends.onnx.wasm!.numThreads = threads;
  model = await AutoModelForCausalLM.from_pretrained(folder, { device, dtype: 'fp32' });
}

/** Samples `count` tokens after one given token, by the library's own loop; milliseconds and the number of tokens. */
async function generate(count: number): Promise<{ ms: number; tokens: number }> {
  const inputs = new Tensor('int64', BigInt64Array.of(0n), [1, 1]);
  const start = performance.now();
  const output = await model.generate({ inputs, do_sample: true, temperature: 1, top_k: 0, max_new_tokens: count, min_new_tokens: count } as never);
  return { ms: performance.now() - start, tokens: (output as Tensor).dims[1]! - 1 };
}

/** From the end of one wait for the GPU to the beginning of the next, for every wait from here on: the processor's part, ms. */
function timeBetweenWaits(): number[] {
  const times: number[] = [];
  let since: number | null = null;
  const own = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = async function (...values: Parameters<typeof own>) {
    if (since !== null) times.push(performance.now() - since);
    await own.apply(this, values);
    since = performance.now();
    return undefined;
  };
  return times;
}

/** What each of `count` tokens after the first takes of WebGPU. */
async function launches(count: number): Promise<GpuCounts & { handingOverMs: number[] }> {
  const counts = countGpu();
  const handingOverMs = timeBetweenWaits();
  await generate(1);
  const first = { ...counts };
  await generate(1 + count);
  const each = (what: keyof GpuCounts) => (counts[what] - 2 * first[what]) / count;
  return { launches: each('launches'), bindings: each('bindings'), submits: each('submits'), waits: each('waits'), handingOverMs: handingOverMs.slice(-count) };
}

const page = { open, generate, launches };
export type PeerPage = typeof page;
Object.assign(globalThis, { bench: page });
