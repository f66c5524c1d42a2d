import { expect, test, vi } from 'vitest';
import type { GraphCall } from '../engine/graph-runner.ts';
import { tinyManifest } from '../engine/testing/manifest.ts';
import type { Pack } from '../packs/pack.ts';
import { SerialQueue } from './queue.ts';
import type { Runtime } from './runtime.ts';
import { SessionRunner, type RunnerOptions } from './sessions.ts';
import { FakeDevice, pipelineOf } from './testing/fake-gpu.ts';
import { fakeOrt, FakeOrtTensor } from './testing/fake-ort.ts';
import { bufferOf } from './gpu-buffers.ts';

vi.mock('../packs/runtime-files.ts', () => ({})); // asks where the page is

const file = (name: string) => ({ model: name, byRow: `${name} by row`, weights: null });
const packOf = (batch?: number) => ({
  manifest: { ...tinyManifest(), ...(batch && { batch }) },
  graphs: new Map((['decoder', 'decoder_window'] as const).map((name) => [name, file(name)])),
}) as unknown as Pack;

function runnerOn(backend: 'wasm' | 'webgpu', { batch, answer, open, ...options }: RunnerOptions & { batch?: number; answer?: Parameters<typeof fakeOrt>[0]; open?: () => void } = {}) {
  const { ort, sessions } = fakeOrt(answer, open);
  const device = new FakeDevice();
  const gpu = { device: device.gpu, name: 'fake', memory: { buffers: 0, bytes: 0 }, sampler: pipelineOf(() => undefined) };
  const runtime: Runtime = { ort, build: 'wasm', gpu: backend === 'webgpu' ? gpu : null };
  return { runner: new SessionRunner(runtime, backend, packOf(batch), new SerialQueue(), options), sessions, device };
}

const call = (images: number, groups: 1 | 2, more: Partial<GraphCall> = {}): GraphCall =>
  ({ graph: 'decoder', images, groups, feeds: {}, caches: [], outputs: ['logits'], resident: [], ...more });

test.each([
  // Static shapes where one image runs on the GPU, or the pack takes one at a time; else any number of rows.
  ['webgpu', 4, [[1, 1], [1, 2], [1, 2], [3, 2], [2, 1]], [{ N: 1, R: 1, G: 1, rows: 1 }, { N: 1, R: 1, G: 2, rows: 2 }, { N: 1 }]],
  ['wasm', 4, [[1, 1], [1, 2], [3, 2]], [{ N: 1 }]],
  ['wasm', undefined, [[1, 1], [1, 2], [1, 1]], [{ N: 1, R: 1, G: 1, rows: 1 }, { N: 1, R: 1, G: 2, rows: 2 }]],
] as const)('on %s with a batch of %s, runs share sessions where their shapes allow it', async (backend, batch, runs, sizes) => {
  const { runner, sessions } = runnerOn(backend, batch ? { batch } : {});
  for (const [images, groups] of runs) await runner.run(call(images, groups));
  expect(sessions.map(({ options }) => options.freeDimensionOverrides)).toEqual(sizes);
});

test('caches are written in place on the GPU, and are new slots on the processor where the pack has them', async () => {
  const tensor = new FakeOrtTensor('float32', new Float32Array(4), [4]);
  const cached = call(1, 1, { caches: [{ past: 'past', present: 'present', tensor }] });
  const onGpu = runnerOn('webgpu');
  await onGpu.runner.run(cached);
  expect(onGpu.sessions[0]).toMatchObject({ model: 'decoder', runs: [{ inputs: { past: tensor }, wanted: { logits: null, present: tensor } }] });
  const onCpu = runnerOn('wasm');
  await onCpu.runner.run(cached);
  expect(onCpu.sessions[0]).toMatchObject({ model: 'decoder by row', runs: [{ inputs: { past: tensor } }] });
  expect(Object.keys(onCpu.sessions[0]!.runs[0]!.wanted)).toEqual(['logits']);
  expect([onCpu.runner.cacheForm('decoder'), onCpu.runner.cacheForm('encoder')]).toEqual(['new slots', 'replaced']);
  expect([onGpu.runner.mostNew, onCpu.runner.mostNew]).toEqual([31, undefined]);
  expect([onGpu.runner.onDevice !== undefined, onCpu.runner.onDevice !== undefined]).toEqual([true, false]);
});

test.each([
  ['webgpu', ['logits'], 'gpu-buffer'], ['webgpu', [], {}], ['wasm', ['logits'], {}],
] as const)('on %s outputs that stay there (%s) are made there', async (backend, resident, location) => {
  const { runner, sessions } = runnerOn(backend);
  await runner.run(call(1, 1, { resident }));
  expect(sessions[0]!.options.preferredOutputLocation).toEqual(location);
});

test.each([['webgpu', 'gpu-buffer'], ['wasm', {}]] as const)('on %s a window that is read and one that is sampled there share a session, whichever comes first', async (backend, location) => {
  for (const order of [[[], ['logits']], [['logits'], []]]) {
    const { runner, sessions } = runnerOn(backend, { batch: 4 });
    for (const resident of order) await runner.run(call(1, 1, { graph: 'decoder_window', resident }));
    expect(sessions.map(({ options }) => options.preferredOutputLocation)).toEqual([location]);
  }
});

test('of several outputs, those that stay are named', async () => {
  const { runner, sessions } = runnerOn('webgpu');
  await runner.run(call(1, 1, { outputs: ['logits', 'weights'], resident: ['logits'] }));
  expect(sessions[0]!.options.preferredOutputLocation).toEqual({ logits: 'gpu-buffer' });
});

test.each([
  ['decoder', ['logits'], true], ['decoder', [], false],
  // Windows change from pass to pass.
  ['decoder_window', ['logits'], false],
] as const)('kernels of %s, of whose outputs %j stay there, are recorded: %s', async (graph, resident, recorded) => {
  const { runner, sessions } = runnerOn('webgpu', { capture: true });
  await runner.run(call(1, 1, { graph, resident })).catch(() => undefined); // the fake does not know its outputs
  expect('enableGraphCapture' in sessions[0]!.options).toBe(recorded);
});

test('buffers of caches are used again, zeros, in the order in which they were let go', async () => {
  const { runner, device } = runnerOn('webgpu');
  const own = device.buffers.length;
  const caches = [runner.cache([2, 8]), runner.cache([2, 8]), runner.cache([4])];
  const [a, b, small] = caches.map(bufferOf);
  device.buffers[own + 1]!.floats[0] = 7; // the second one's
  for (const at of [1, 0, 2]) caches[at]!.dispose();
  const again = [runner.cache([16]), runner.cache([16]), runner.cache([16])];
  expect(bufferOf(again[0]!)).toBe(b);
  expect(bufferOf(again[1]!)).toBe(a);
  expect([a, b, small]).not.toContain(bufferOf(again[2]!));
  expect(device.buffers[own + 1]!.floats[0]).toBe(0);
});

test('a runner that is released frees its sessions and buffers, and those let go later', async () => {
  const { runner, sessions, device } = runnerOn('webgpu');
  const [spare, used] = [runner.cache([16]), runner.cache([16])];
  await runner.open('decoder');
  spare.dispose();
  await runner.release();
  expect(sessions[0]!.released).toBe(true);
  const left = device.buffers.filter(({ destroyed }) => !destroyed);
  expect(left).toHaveLength(1);
  expect(left[0]).toBe(bufferOf(used));
  used.dispose();
  expect(device.buffers.every(({ destroyed }) => destroyed)).toBe(true);
});

test('runs never overlap', async () => {
  let [under, most] = [0, 0];
  const { runner } = runnerOn('wasm', {
    answer: async () => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 1));
      under--;
      return {};
    },
  });
  await Promise.all([1, 2, 3].map(() => runner.run(call(1, 1))));
  expect(most).toBe(1);
});

test('a graph that is not there or does not open is named, and can be tried again', async () => {
  let broken = true;
  const { runner, sessions } = runnerOn('wasm', { open: () => { if (broken) throw new Error('no such operator'); } });
  await expect(runner.open('encoder')).rejects.toMatchObject({ code: 'graph-failed', message: 'The graph encoder was not loaded.' });
  await expect(runner.open('decoder')).rejects.toMatchObject({ code: 'graph-failed', message: expect.stringContaining('decoder could not be opened on wasm'), detail: { values: ['no such operator'] } });
  broken = false;
  await runner.open('decoder');
  expect(sessions).toHaveLength(1);
});
