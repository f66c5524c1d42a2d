import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { readPack } from '../node/pack.ts';
import { NodeRunner } from '../node/runtime.ts';
import { measureDevice, type MeasureContext } from './measure.ts';
import type { MeasureProgress } from './messages.ts';
import type { Model } from './model.ts';
import { SerialQueue } from './queue.ts';

// It names files by the address of a page, and nothing of it is fetched here.
vi.mock('../packs/runtime-files.ts', () => ({ fetchRuntime: () => Promise.reject(new Error('not here')) }));

const pack = await readPack(join(import.meta.dirname, '../fixtures/models/nano'));
const runner = new NodeRunner(pack);
afterAll(() => runner.release());

/** The loaded pack on Node's runtime; `gpu` is a device that has none of what a GPU has. */
const model = (gpu: object | null = null) => ({
  pack: { manifest: { ...pack.manifest }, variant: 'fp32', graphs: new Map() }, backend: 'wasm', runner,
  runtime: { build: 'wasm', gpu, ort: { env: { versions: { common: '1.30.0', web: '1.30.0' }, wasm: { numThreads: 2 } } } },
}) as unknown as Model;

const context = (progress: MeasureProgress[], abort = new AbortController()): MeasureContext =>
  ({ queue: new SerialQueue(), signal: abort.signal, breathe: async () => undefined, progress: (next) => { progress.push(next); } });

test('every way is measured three times, after a warm-up, and the share that is done only grows', async () => {
  const reported: MeasureProgress[] = [];
  const { measured, failures, runtime, baseline } = await measureDevice(model(), {}, context(reported));
  expect(failures).toEqual([]);
  expect(baseline).toBeNull();
  expect(runtime).toEqual({ version: '1.30.0', build: 'wasm', threads: 2 });
  expect(measured.map(({ backend, way, tokens }) => `${backend} ${way} ${tokens.length}`)).toEqual([...Array<string>(3).fill('wasm dynamic 64'), ...Array<string>(3).fill('wasm single 64')]);
  expect(measured.every(({ way, patches }) => (way === 'single') === (patches === 64))).toBe(true);
  expect(Object.keys(measured[0]!.graphs).sort()).toEqual(['decoder', 'encoder', 'entropy', 'patch_transformer']);
  // The two ways decode the same images: the seeds are those of the round.
  expect(new Set(measured.map(({ tokens }) => tokens.slice(0, 2).join())).size).toBeLessThanOrEqual(3);
  const done = reported.map((progress) => progress.done);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(done.at(-1)).toBe(1);
  expect(reported.filter((progress) => progress.stage === 'image' && progress.image === 0).length).toBeGreaterThan(0);
});

test('only the ways that are asked for, static patches as many as the held-out pictures have, and only on the backend in use', async () => {
  const loaded = model({ device: {}, name: 'broken', sampler: null });
  loaded.pack.manifest.evaluation = { steps_mean: 32 };
  const { measured, failures } = await measureDevice(loaded, { only: ['dynamic', 'static', 'gpt'] }, context([]));
  expect(failures).toEqual([]);
  expect(measured.map(({ backend, way }) => `${backend} ${way}`)).toEqual([...Array<string>(3).fill('wasm dynamic'), ...Array<string>(3).fill('wasm static')]);
  // Two tokens a patch on 64 tokens.
  expect(measured.filter(({ way }) => way === 'static').map(({ patches }) => patches)).toEqual([32, 32, 32]);
});

test('cancelling ends it between two tokens with its own code', async () => {
  const abort = new AbortController();
  let tokens = 0;
  const cancelled = measureDevice(model(), {}, { ...context([], abort), breathe: async () => { if (++tokens === 5) abort.abort(); } });
  await expect(cancelled).rejects.toMatchObject({ code: 'aborted' });
  expect(tokens).toBe(5);
});

test('cancelling while the baseline is fetched ends it with that code, too', async () => {
  const abort = new AbortController();
  vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) => new Promise((_, reject) => {
    signal!.addEventListener('abort', () => reject(signal!.reason as Error));
    setTimeout(() => abort.abort(), 10);
  }));
  const baseline = { manifestUrl: 'https://packs.test/models/nano-gpt/manifest.json' };
  await expect(measureDevice(model(), { baseline }, context([], abort))).rejects.toMatchObject({ code: 'aborted' });
  vi.unstubAllGlobals();
});

test('a backend that breaks down is named with its reason, and the other is measured', async () => {
  const reported: MeasureProgress[] = [];
  const { measured, failures } = await measureDevice(model({ device: {}, name: 'broken', sampler: null }), {}, context(reported));
  expect(measured).toHaveLength(6);
  expect(failures).toEqual([{ backend: 'webgpu', reason: { template: '{0}', values: [expect.stringMatching(/./)] } }]);
});
