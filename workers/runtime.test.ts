import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openGpu, openRuntime, provider, type Gpu } from './runtime.ts';
import { FakeDevice } from './testing/fake-gpu.ts';
import { fakeOrt } from './testing/fake-ort.ts';
import { sampleOnHost } from './testing/fake-sampler.ts';

const { fetchRuntime } = vi.hoisted(() => ({ fetchRuntime: vi.fn(async (build: string) => build) }));
vi.mock('../packs/runtime-files.ts', () => ({ fetchRuntime }));
const fakeBuild = (name: string) => () => ({ ...fakeOrt().ort, name, env: { wasm: {} } });
vi.mock('onnxruntime-web/wasm', () => fakeBuild('wasm')());
vi.mock('onnxruntime-web/webgpu', () => fakeBuild('asyncify')());
vi.mock('onnxruntime-web/jspi', () => fakeBuild('jspi')());

const info = { vendor: 'acme', architecture: 'one', description: '' };
const limits = { maxBufferSize: 1e9, maxStorageBufferBindingSize: 1e8 };
const adapterOf = (requestDevice: (wanted: unknown) => Promise<unknown>, own = {}) => ({ features: new Set(['shader-f16', 'timestamp-query']), limits, info, requestDevice, ...own });
const browserWith = (requestAdapter: () => Promise<unknown>) => vi.stubGlobal('navigator', { gpu: { requestAdapter } });

beforeEach(() => fetchRuntime.mockClear());
afterEach(() => vi.unstubAllGlobals());

test('a device has all that the adapter offers, counts its buffers, and is named for people', async () => {
  const device = new FakeDevice();
  const requestDevice = vi.fn<(wanted: unknown) => Promise<FakeDevice>>(async () => device);
  browserWith(async () => adapterOf(requestDevice));
  const gpu = await openGpu();
  expect(requestDevice.mock.calls[0]![0]).toMatchObject({ requiredFeatures: ['shader-f16'], requiredLimits: limits });
  expect(gpu!.name).toBe('acme one');
  gpu!.device.createBuffer({ size: 32, usage: 0 });
  expect(gpu!.memory).toEqual({ buffers: 1, bytes: 32 });
  browserWith(async () => adapterOf(requestDevice, { info: { ...info, description: 'Acme One' } }));
  expect((await openGpu())!.name).toBe('Acme One');
  browserWith(async () => adapterOf(requestDevice, { info: { vendor: '', architecture: '', description: '' } }));
  expect((await openGpu())!.name).toBe('GPU');
});

test('without WebGPU, adapter or device there is no GPU', async () => {
  vi.stubGlobal('navigator', {});
  expect(await openGpu()).toBeNull();
  browserWith(async () => null);
  expect(await openGpu()).toBeNull();
  browserWith(async () => adapterOf(() => Promise.reject(new Error('lost'))));
  expect(await openGpu()).toBeNull();
});

test('the processor gets the smallest build, and the GPU is not asked for', async () => {
  const requestAdapter = vi.fn(async () => null);
  browserWith(requestAdapter);
  const { build, gpu, ort } = await openRuntime('wasm');
  expect([build, gpu, (ort as unknown as { name: string }).name]).toEqual(['wasm', null, 'wasm']);
  expect(requestAdapter).not.toHaveBeenCalled();
  expect(ort.env.wasm.wasmBinary).toBe('wasm');
  await openRuntime('auto'); // no adapter: the same build, which is there already
  expect(fetchRuntime).toHaveBeenCalledTimes(1);
});

test.each([[true, 'jspi'], [false, 'asyncify']])('where a browser suspends WebAssembly: %s, the GPU gets the build %s, and a sampler once', async (suspends, build) => {
  const own = { validate: () => true, Module: class {}, ...(suspends && { Suspending: class {} }) };
  vi.stubGlobal('WebAssembly', own);
  const device = new FakeDevice(sampleOnHost);
  browserWith(async () => adapterOf(async () => device));
  const runtime = await openRuntime('auto');
  expect(runtime.build).toBe(build);
  expect((runtime.ort as unknown as { name: string }).name).toBe(build);
  const { sampler } = runtime.gpu!;
  expect(sampler).toBeTruthy();
  const again = await openRuntime('webgpu', { gpu: runtime.gpu });
  expect(again.gpu).toBe(runtime.gpu);
  expect(again.gpu!.sampler).toBe(sampler);
  const without: Gpu = { device: new FakeDevice().gpu, name: 'GPU', memory: { buffers: 0, bytes: 0 } };
  expect((await openRuntime('auto', { gpu: without })).gpu!.sampler).toBeNull();
});

test('what a browser lacks is said before anything is fetched', async () => {
  browserWith(async () => null);
  await expect(openRuntime('webgpu')).rejects.toMatchObject({ code: 'backend-unavailable', message: expect.stringContaining('no GPU adapter') });
  vi.stubGlobal('WebAssembly', { validate: () => false });
  await expect(openRuntime('auto')).rejects.toMatchObject({ code: 'backend-unavailable', message: expect.stringContaining('SIMD') });
  vi.stubGlobal('WebAssembly', undefined);
  await expect(openRuntime('wasm')).rejects.toMatchObject({ code: 'backend-unavailable', message: expect.stringContaining('SIMD') });
  expect(fetchRuntime).not.toHaveBeenCalled();
});

test('a host whose policy forbids WebAssembly is named before anything is fetched', async () => {
  vi.stubGlobal('WebAssembly', { validate: () => true, Module: class { constructor() { throw new TypeError('violates the following Content Security Policy directive'); } } });
  for (const backend of ['auto', 'wasm'] as const) await expect(openRuntime(backend)).rejects.toMatchObject({ code: 'backend-unavailable', message: expect.stringContaining('wasm-unsafe-eval') });
  expect(fetchRuntime).not.toHaveBeenCalled();
});

test('sessions on the GPU run on the device of the worker', () => {
  const { ort } = fakeOrt();
  const device = new FakeDevice().gpu;
  const gpu: Gpu = { device, name: 'GPU', memory: { buffers: 0, bytes: 0 } };
  expect(provider({ ort, build: 'jspi', gpu }, 'webgpu')).toEqual({ name: 'webgpu', device });
  expect(provider({ ort, build: 'jspi', gpu }, 'wasm')).toBe('wasm');
  expect(() => provider({ ort, build: 'wasm', gpu: null }, 'webgpu')).toThrow('no GPU adapter');
});
