import type { InferenceSession } from 'onnxruntime-web/webgpu';
import { expect, test } from 'vitest';
import type { GraphCall } from '../engine/graph-runner.ts';
import type { GraphTensor } from '../engine/tensors.ts';
import { CapturedSession, withCapture } from './captured.ts';
import { FakeDevice } from './testing/fake-gpu.ts';
import { fakeOrt, FakeOrtTensor } from './testing/fake-ort.ts';

const REPLAYED = {};
const UNRECORDED = { extra: { gpu_graph_id: '-1' } };

/** A session whose output is its input, doubled. */
async function captured() {
  const device = new FakeDevice();
  const { ort, sessions } = fakeOrt(({ inputs, wanted }) => {
    wanted.y!.gpuBuffer!.floats.set(inputs.x!.gpuBuffer!.floats.map((x) => 2 * x));
    return {};
  });
  const made = await ort.InferenceSession.create('model');
  Object.assign(sessions[0]!, { outputMetadata: [{ name: 'y', shape: ['rows', 4] }] });
  const { runs } = sessions[0]!;
  const cache = () => FakeOrtTensor.fromGpuBuffer(device.createBuffer({ size: 16 }), { dataType: 'float32', dims: [4] });
  const callOf = (x: FakeOrtTensor, ...caches: FakeOrtTensor[]): GraphCall => ({
    graph: 'decoder', images: 1, groups: 1, feeds: { x }, outputs: ['y'], resident: ['y'],
    caches: caches.map((tensor, i) => ({ past: `past${i}`, present: `present${i}`, tensor })),
  });
  return { session: new CapturedSession(made as InferenceSession, device.gpu, ort, { rows: 1 }), device, runs, cache, callOf };
}
const floats = (...values: number[]) => new FakeOrtTensor('float32', Float32Array.from(values), [1, values.length]);
const valuesOf = async (tensor: GraphTensor | undefined) => [...(await tensor!.getData() as Float32Array)];

test('onnxruntime is told yes four times, then no: buffers are bound at every run', () => {
  const options = withCapture({ logSeverityLevel: 3 });
  expect(options.logSeverityLevel).toBe(3);
  expect(Array.from({ length: 6 }, () => options.enableGraphCapture)).toEqual([true, true, true, true, false, false]);
});

test('every run reads and writes the buffers of the first one, from memory or from the GPU', async () => {
  const { session, device, runs, cache, callOf } = await captured();
  const kept = cache();
  const first = (await session.run(callOf(floats(1, 2, 3, 4), kept))).y;
  expect(await valuesOf(first)).toEqual([2, 4, 6, 8]);
  const onGpu = FakeOrtTensor.fromGpuBuffer(device.createBuffer({ size: 16 }), { dataType: 'float32', dims: [1, 4] });
  onGpu.gpuBuffer!.floats.set([5, 6, 7, 8]);
  first!.dispose();
  expect(await valuesOf((await session.run(callOf(onGpu, kept))).y)).toEqual([10, 12, 14, 16]);
  const [a, b] = runs;
  expect(b!.inputs.x!.gpuBuffer).toBe(a!.inputs.x!.gpuBuffer);
  expect(b!.inputs.x!.gpuBuffer).not.toBe(onGpu.gpuBuffer);
  expect(b!.wanted.y!.gpuBuffer).toBe(a!.wanted.y!.gpuBuffer);
  expect(b!.wanted.y!.dims).toEqual([1, 4]);
});

test('recorded kernels run on the caches that they were recorded with; others go kernel by kernel', async () => {
  const { session, runs, cache, callOf } = await captured();
  const [one, two, other] = [cache(), cache(), cache()];
  for (const caches of [[one, two], [one, two], [one, other], [two, one], [one, two]]) await session.run(callOf(floats(1, 1, 1, 1), ...caches));
  expect(runs.map(({ options }) => options)).toEqual([REPLAYED, REPLAYED, UNRECORDED, UNRECORDED, REPLAYED]);
  const { inputs, wanted } = runs[2]!;
  for (const [tensor, name] of [[one, '0'], [other, '1']] as const) {
    expect(inputs[`past${name}`]).toBe(tensor);
    expect(wanted[`present${name}`]).toBe(tensor);
  }
});

test('a session that is released frees its buffers, and leaves the caches', async () => {
  const { session, device, cache, callOf } = await captured();
  const kept = cache();
  await session.run(callOf(floats(1, 1, 1, 1), kept));
  await session.release();
  expect(kept.gpuBuffer!.destroyed).toBe(false);
  expect(device.buffers.filter(({ destroyed }) => !destroyed)).toHaveLength(1);
});
