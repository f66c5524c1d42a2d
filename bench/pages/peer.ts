import { AutoModelForCausalLM, env, Tensor, type PreTrainedModel } from '@huggingface/transformers';

let model: PreTrainedModel;

/** The GPT of models/export/peer_gpt.py as transformers.js opens it. Addresses: of its folder, and of the library's own onnxruntime. */
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

const page = { open, generate };
export type PeerPage = typeof page;
Object.assign(globalThis, { bench: page });
