import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as web from 'onnxruntime-web';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Manifest } from '../engine/manifest.ts';
import { english } from '../engine/phrase.ts';
import type { LoadProgress, LoadRequest } from './messages.ts';
import { closeModel, openModel } from './model.ts';
import { SerialQueue } from './queue.ts';
import type { Gpu } from './runtime.ts';
import { FakeDevice } from './testing/fake-gpu.ts';

const { openRuntime } = vi.hoisted(() => ({ openRuntime: vi.fn() }));
vi.mock('../packs/runtime-files.ts', () => ({})); // asks where the page is
vi.mock('./runtime.ts', async (original) => ({ ...await original<object>(), openRuntime }));

const folder = join(import.meta.dirname, '../fixtures/models/nano');
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const files: Record<string, Blob> = {};
for (const { name, parentPath } of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
  const bytes = new Uint8Array(readFileSync(join(parentPath, name)));
  files[hash(bytes)] = new Blob([bytes]);
}
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
const request = (more: Partial<LoadRequest> = {}): LoadRequest => ({ manifestUrl: 'https://packs.test/nano/manifest.json', manifest, files, backend: 'wasm', ...more });

/** Sessions that are open. The processor's are onnxruntime's own; on a GPU none opens. */
let open = 0;
const ort = {
  ...web,
  InferenceSession: {
    async create(model: Uint8Array, options: web.InferenceSession.SessionOptions) {
      if (options.executionProviders![0] !== 'wasm') throw new Error('no shaders');
      const session = await web.InferenceSession.create(model, options);
      open++;
      const release = session.release.bind(session);
      return Object.assign(session, { release: () => (open--, release()) });
    },
  },
};
const fakeGpu = (): Gpu => ({ device: new FakeDevice().gpu, name: 'Acme One', memory: { buffers: 0, bytes: 0 }, sampler: null });
const runtimeWith = (gpu: Gpu | null) => openRuntime.mockImplementation(async () => ({ ort, build: 'wasm', gpu }));

beforeEach(() => {
  open = 0;
});

test('a pack opens on the processor, tested against its golden numbers, and closes without a session left', async () => {
  runtimeWith(null);
  const stages: LoadProgress[] = [];
  const { model, report } = await openModel(request(), new SerialQueue(), (progress) => stages.push(progress), {});
  expect(report).toMatchObject({
    backend: 'wasm', variant: manifest.defaultVariant.wasm, adapter: null, trials: [{ backend: 'wasm', correct: true, reason: null }], passes: { window: expect.any(Number) },
  });
  expect(report.bytes.fromCache).toBe(report.bytes.total);
  expect(model).toMatchObject({ backend: 'wasm', capture: false, window: report.passes.window });
  expect(model.paintMs).toBeGreaterThan(0);
  expect([...new Set(stages.map(({ stage }) => stage))]).toEqual(['manifest', 'weights', 'graphs', 'self-test', 'sessions']);
  expect(stages.filter(({ stage, loaded, total }) => stage === 'weights' && loaded === total), 'what has come is not said to be on its way').toEqual([]);
  expect(open).toBeGreaterThan(0);
  await closeModel(model);
  expect(open).toBe(0);
});

test('a GPU that cannot run the graphs is watched, kept, and left for the processor', async () => {
  const gpu = fakeGpu();
  runtimeWith(gpu);
  const device: { gpu?: Gpu | null } = {};
  const watch = vi.fn();
  const { report, model } = await openModel(request({ backend: 'auto', variant: 'fp32' }), new SerialQueue(), () => undefined, device, watch);
  expect(report).toMatchObject({ backend: 'wasm', adapter: 'Acme One', trials: [{ backend: 'wasm', correct: true }, { backend: 'webgpu', correct: false }] });
  expect(english(report.trials[1]!.reason!)).toContain('could not be opened on webgpu');
  expect(device.gpu).toBe(gpu);
  expect(watch.mock.calls).toEqual([[gpu.device]]);
  await closeModel(model);
  const again = await openModel(request(), new SerialQueue(), () => undefined, device, watch);
  expect(watch).toHaveBeenCalledTimes(1);
  await closeModel(again.model);
});

test('where the tokenizer does not open, no session stays', async () => {
  runtimeWith(null);
  const { sha256 } = manifest.variants[manifest.defaultVariant.wasm]!.graphs.tokenizer_decoder!.model;
  const { create } = ort.InferenceSession;
  let most = 0;
  const refusing = vi.spyOn(ort.InferenceSession, 'create').mockImplementation((model, options) => {
    if (hash(model) === sha256) throw new Error('Unsupported operator');
    most = Math.max(most, open);
    return create(model, options);
  });
  await expect(openModel(request(), new SerialQueue(), () => undefined, {})).rejects.toMatchObject({ code: 'graph-failed', message: expect.stringContaining('tokenizer_decoder'), detail: { values: ['Unsupported operator'] } });
  refusing.mockRestore();
  expect(most).toBeGreaterThan(0);
  expect(open).toBe(0);
});

test('where nothing computes what the pack says, nothing is opened, and each backend says why', async () => {
  const golden = JSON.parse(await files[manifest.golden.sha256]!.text()) as { entropies: (number | null)[] };
  const bytes = new TextEncoder().encode(JSON.stringify({ ...golden, entropies: golden.entropies.map((entropy) => entropy && entropy + 1) }));
  const wrong = { ...manifest, golden: { path: manifest.golden.path, bytes: bytes.length, sha256: hash(bytes) } };
  const load = (backend: LoadRequest['backend']) => openModel(request({ backend, manifest: wrong, files: { ...files, [wrong.golden.sha256]: new Blob([bytes]) } }), new SerialQueue(), () => undefined, {});
  runtimeWith(fakeGpu());
  const error = await load('auto').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'graph-failed', message: expect.stringContaining('does not compute correctly') });
  expect(english((error as { detail: Parameters<typeof english>[0] }).detail)).toMatch(/^wasm: its numbers differ .+ webgpu: .+could not be opened/);
  await expect(load('webgpu')).rejects.toThrow('Choose the backend "wasm"');
  expect(open).toBe(0);
});
