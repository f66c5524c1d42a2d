/// <reference types="@webgpu/types" />
/// <reference types="vite/client" />
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { DecodeRequest } from '../../engine/decode.ts';
import type { GraphTensor } from '../../engine/tensors.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { fetchManifest } from '../../packs/fetch-manifest.ts';
import { fetchPack, type Pack } from '../../packs/pack.ts';
import { SESSION_SETTINGS } from '../../packs/session-settings.ts';
import { ShardedFile } from '../../packs/shards.ts';
import { SerialQueue } from '../../workers/queue.ts';
import { openRuntime } from '../../workers/runtime.ts';
import { SessionRunner } from '../../workers/sessions.ts';
import { measureBatch, measureImage, type BatchTimes, type ImageTimes } from '../../engine/measure.ts';
import { dpar } from '../lib/requests.ts';
import { measureStep, type StepGraph } from '../lib/step.ts';
import { measureWhole, stepOf, wholeGraphs, type WholeGraph, type WholeRunner, type WholeTimes } from '../lib/whole.ts';

/** In a chunk of its own, as in the studio: threads load that chunk again. */
const runtimeOf = () => import('onnxruntime-web/wasm');

let pack: Pack;
let runner: SessionRunner;
let whole: WholeRunner;

/** A pack on WebAssembly, as the studio's worker opens it. `folder` is an address. */
async function open(folder: string, threads: number, variant?: string): Promise<Manifest> {
  if (threads > 1 && !globalThis.crossOriginIsolated) throw new Error('The page is not cross-origin isolated: WebAssembly has no threads.');
  (await runtimeOf()).env.wasm.numThreads = threads;
  const manifestUrl = new URL(`${folder}/manifest.json`, location.origin).href;
  const manifest = await fetchManifest(manifestUrl);
  const runtime = await openRuntime('wasm');
  pack = await fetchPack(manifestUrl, manifest, variant ?? manifest.defaultVariant.wasm, { onProgress: () => undefined });
  runner = new SessionRunner(runtime, 'wasm', pack, new SerialQueue());
  return manifest;
}

/** The same on WebGPU; which adapter it is, and whether the processor stands in for a GPU. */
async function openGpu(folder: string): Promise<{ adapter: string; software: boolean }> {
  const manifestUrl = new URL(`${folder}/manifest.json`, location.origin).href;
  const manifest = await fetchManifest(manifestUrl);
  const runtime = await openRuntime('webgpu');
  pack = await fetchPack(manifestUrl, manifest, manifest.defaultVariant.webgpu, { onProgress: () => undefined });
  runner = new SessionRunner(runtime, 'webgpu', pack, new SerialQueue());
  const adapter = runtime.gpu!.name;
  return { adapter, software: /swiftshader|llvmpipe|lavapipe|basic render/i.test(adapter) };
}

const batch = (requests: DecodeRequest[], limit: number | null): Promise<BatchTimes> => measureBatch(runner, pack.manifest, requests, limit);

const image = (request: DecodeRequest, limit: number | null): Promise<ImageTimes> => measureImage(runner, pack.manifest, request, limit);

const step = (graph: StepGraph, images: number, slot: number, repeats: number): Promise<number> => measureStep(runner, dpar(pack.manifest), graph, images, slot, repeats);

/** The whole-prefix graphs of `folder`, on the weights of the open pack. */
async function openWhole(folder: string): Promise<void> {
  const ort = await runtimeOf();
  const sessions = new Map<WholeGraph, InferenceSession>();
  for (const name of wholeGraphs) {
    const { weights } = pack.graphs.get(stepOf[name])!;
    const model = new Uint8Array(await (await fetch(`${folder}/${name}.onnx`)).arrayBuffer());
    sessions.set(name, await ort.InferenceSession.create(model, {
      executionProviders: ['wasm'], externalData: weights ? [{ path: weights.location, data: new ShardedFile(weights.shards) }] : [], extra: SESSION_SETTINGS, logSeverityLevel: 3,
    }));
  }
  whole = {
    tensor: (data, dims) => new ort.Tensor(data.type as 'float32', data.data as Float32Array, dims),
    run: async (graph, feeds) => (await sessions.get(graph)!.run(feeds as Record<string, Tensor>)) as Record<string, GraphTensor>,
  };
}

const runWhole = (request: DecodeRequest, first: number, limit: number | null): Promise<WholeTimes> => measureWhole(whole, dpar(pack.manifest), request, first, limit);

/** Milliseconds to copy `bytes` to another place and back: what moving caches into and out of WebAssembly costs at least. */
function copying(bytes: number, repeats = 30): number {
  const source = new Uint8Array(bytes);
  const heap = new Uint8Array(bytes);
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    heap.set(source);
    heap.slice();
  }
  return (performance.now() - start) / repeats;
}

const page = { open, openGpu, image, batch, step, openWhole, whole: runWhole, copying, release: () => runner.release() };
export type BenchPage = typeof page;
Object.assign(globalThis, { bench: page });
