import type * as OrtTypes from 'onnxruntime-web/webgpu';
import { StudioError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { countBuffers } from './gpu-ledger.ts';
import type { BrowserBackend } from '../engine/log.ts';
import type { GpuMemory } from './messages.ts';
import { openSampler, type Wrap } from './on-device.ts';
import type { FetchProgress } from '../packs/pack.ts';
import { fetchRuntime, type Build } from '../packs/runtime-files.ts';

export type Ort = typeof OrtTypes;

/** The worker's own device: onnxruntime would otherwise destroy it with the last session. */
export interface Gpu {
  device: GPUDevice;
  /** For people, for example "google swiftshader". */
  name: string;
  memory: Readonly<GpuMemory>;
  /** Samples beside the graphs; null where that does not work, undefined before it was tried. */
  sampler?: GPUComputePipeline | null;
}

export interface Runtime {
  ort: Ort;
  build: Build;
  gpu: Gpu | null;
}

/** The smallest module with a SIMD instruction (a function of one v128 result, made by i8x16.splat and popcnt). */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

const hasWasmSimd = (): boolean => typeof WebAssembly === 'object' && WebAssembly.validate(SIMD_MODULE);

/** A policy without 'wasm-unsafe-eval' lets a module be validated, not compiled. */
function mayCompile(): boolean {
  try {
    return new WebAssembly.Module(SIMD_MODULE) !== null;
  } catch {
    return false;
  }
}

/** A device with all the adapter offers, or null when there is no usable WebGPU. */
export async function openGpu(): Promise<Gpu | null> {
  try {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return null;
    const wanted: GPUFeatureName[] = ['shader-f16', 'subgroups' as GPUFeatureName];
    const { limits } = adapter;
    const device = await adapter.requestDevice({
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
        maxComputeWorkgroupSizeZ: limits.maxComputeWorkgroupSizeZ,
      },
    });
    const { vendor, architecture, description } = adapter.info;
    return { device, memory: countBuffers(device), name: description || [vendor, architecture].filter(Boolean).join(' ') || 'GPU' };
  } catch {
    return null;
  }
}

/**
 * One build of onnxruntime-web serves both backends: the WebGPU builds also run on the CPU. Without a GPU the plain
 * WebAssembly build is half the download. JSPI is smaller and has less overhead per call than Asyncify. A device that is
 * open already is used again: all sessions of a worker share one.
 */
export async function openRuntime(
  backend: 'auto' | BrowserBackend, options: { gpu?: Gpu | null; log?: 'error' | 'verbose'; onProgress?: (progress: FetchProgress) => void } = {},
): Promise<Runtime> {
  if (!hasWasmSimd()) {
    throw new StudioError(
      'backend-unavailable',
      say`This browser can run the model neither on the GPU nor on the processor: WebAssembly with SIMD is missing. Use a current Chrome, Edge, Firefox or Safari; recorded runs can be watched in this one too.`,
    );
  }
  if (!mayCompile()) {
    throw new StudioError(
      'backend-unavailable',
      say`The model needs WebAssembly, which this site is not allowed to run: the Content-Security-Policy of its host lacks 'wasm-unsafe-eval'. Recorded runs can be watched all the same.`,
    );
  }
  const gpu = backend === 'wasm' ? null : options.gpu ?? (await openGpu());
  if (backend === 'webgpu' && !gpu) {
    throw new StudioError(
      'backend-unavailable',
      say`WebGPU was asked for, but this browser offers no GPU adapter. Choose "auto" or "wasm", or turn on hardware acceleration in the browser's settings.`,
    );
  }
  const build: Build = !gpu ? 'wasm' : 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
  const ort: Ort = build === 'jspi' ? await import('onnxruntime-web/jspi')
    : build === 'asyncify' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm');
  ort.env.logLevel = options.log ?? 'error';
  ort.env.wasm.wasmBinary ??= await fetchRuntime(build, options.onProgress ?? (() => undefined));
  if (gpu && gpu.sampler === undefined) gpu.sampler = await openSampler(gpu.device, gpuTensor(ort));
  return { ort, build, gpu };
}

/** Tensors around buffers of our own, which go with them. */
export const gpuTensor = (ort: Ort): Wrap => (buffer, dataType, dims) =>
  ort.Tensor.fromGpuBuffer(buffer, { dataType, dims: [...dims], dispose: () => buffer.destroy() });

/** The provider as an object: the string form drops options silently. */
export function provider(runtime: Runtime, backend: BrowserBackend): OrtTypes.InferenceSession.ExecutionProviderConfig {
  if (backend === 'wasm') return 'wasm';
  if (!runtime.gpu) throw new StudioError('backend-unavailable', say`There is no GPU adapter. Choose the backend "wasm".`);
  return { name: 'webgpu', device: runtime.gpu.device } as OrtTypes.InferenceSession.WebGpuExecutionProviderOption;
}
