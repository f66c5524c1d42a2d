import { expect, test, vi } from 'vitest';
import { choose, nullEntropyOf } from '../engine/sampling.ts';
import type { SampleRequest } from '../engine/on-device.ts';
import type { GraphTensor } from '../engine/tensors.ts';
import { bufferOf } from './gpu-buffers.ts';
import { GpuTokens, openSampler } from './on-device.ts';
import { gpuTensor } from './runtime.ts';
import { FakeDevice, outOfGpuMemory, pipelineOf, refusedByGpu, type FakeBuffer } from './testing/fake-gpu.ts';
import { fakeOrt } from './testing/fake-ort.ts';
import { sampleOnHost } from './testing/fake-sampler.ts';

vi.mock('../packs/runtime-files.ts', () => ({})); // asks where the page is

const fakeOf = (tensor: GraphTensor) => bufferOf(tensor) as unknown as FakeBuffer;
const VOCAB = 8;
const wrap = gpuTensor(fakeOrt().ort);
const rules = { guidance: 2, temperature: 0.8, topK: 5, topP: 0.9 };

function tokensOn(device = new FakeDevice()) {
  const tokens = new GpuTokens(device.gpu, pipelineOf(sampleOnHost), wrap);
  /** [positions, 2, V] of logits, and the request for them. */
  const ask = (positions: number, more: Partial<SampleRequest> = {}, values = Float32Array.from({ length: positions * 2 * VOCAB }, (_, i) => 3 * Math.sin(i * i))): SampleRequest & { values: Float32Array } => {
    const logits = tokens.zeros([positions, 2, VOCAB]);
    fakeOf(logits).floats.set(values);
    return { logits, positions, groups: 2, rules, at: { seed: 9, t: 3 }, forced: Array.from({ length: positions }, () => undefined), drafts: [], values, ...more };
  };
  return { device, tokens, ask };
}

test('what is sampled is what the processor chooses, position by position, with drafts behind', async () => {
  const { tokens, ask } = tokensOn();
  const request = ask(3, { forced: [undefined, 6, undefined], drafts: [~0, 5], nullEntropy: true });
  const rows = (i: number) => ({ classLogits: request.values.subarray(2 * i * VOCAB, (2 * i + 1) * VOCAB), nullLogits: request.values.subarray((2 * i + 1) * VOCAB, (2 * i + 2) * VOCAB) });
  const want = [0, 1, 2].map((i) => choose(rows(i), rules, { seed: 9, t: 3 + i }, request.forced[i]));
  const fed = tokens.sample(request, 4);
  expect(fed.dims).toEqual([1, 4]);
  expect([...new Int32Array(fakeOf(fed).bytes.buffer)].slice(0, 5)).toEqual([want[0]!.token, 6, want[2]!.token, want[0]!.token, 5]);
  const { sampled } = await tokens.read(null);
  for (const [i, { choice, nullEntropy }] of sampled.entries()) {
    expect(choice.token).toBe(want[i]!.token);
    expect(choice.alternatives.map(([id]) => id)).toEqual(want[i]!.alternatives.map(([id]) => id));
    expect(choice.classLogprob).toBeCloseTo(want[i]!.classLogprob!, 5);
    expect(nullEntropy).toBeCloseTo(nullEntropyOf(rows(i)), 5);
  }
  expect(sampled[1]!.choice.logprob === null).toBe(want[1]!.logprob === null);
});

test('a read brings the values beside the samples, in as many turns as are asked for, and frees the logits', async () => {
  const { tokens, ask, device } = tokensOn();
  const also = tokens.zeros([1, 3]);
  for (let turn = 0; turn < 7; turn++) {
    fakeOf(also).floats.set([turn, 2, 3]);
    const { logits, ...request } = ask(1);
    tokens.sample({ ...request, logits }, 1);
    const read = await tokens.read(also);
    expect(Array.from(read.also).slice(0, 3)).toEqual([turn, 2, 3]);
    expect(read.sampled[0]!.nullEntropy).toBeNull();
    expect(fakeOf(logits).destroyed).toBe(true);
  }
  tokens.release();
  expect(fakeOf(also).destroyed).toBe(false);
  expect(device.buffers.filter(({ destroyed }) => !destroyed)).toHaveLength(1);
});

test('a pass may be read while the one before is', async () => {
  const { tokens, ask } = tokensOn();
  tokens.sample(ask(1, { forced: [3] }), 1);
  const first = tokens.read(null);
  tokens.sample(ask(1, { forced: [4] }), 1);
  const both = await Promise.all([first, tokens.read(null)]);
  expect(both.map(({ sampled }) => sampled[0]!.choice.token)).toEqual([3, 4]);
});

test('copies take a part of one tensor to a place in another', () => {
  const { tokens } = tokensOn();
  const [from, to] = [tokens.zeros([4]), tokens.zeros([8])];
  fakeOf(from).floats.set([1, 2, 3, 4]);
  tokens.copy([{ from, to, at: 0 }, { from, to, at: 5, first: 1, size: 2 }]);
  expect([...fakeOf(to).floats]).toEqual([1, 2, 3, 4, 0, 2, 3, 0]);
});

test('logits that are not finite, and what the GPU could not do, end the pass that met them', async () => {
  const { tokens, ask, device } = tokensOn();
  tokens.sample(ask(1, {}, new Float32Array(2 * VOCAB).fill(NaN)), 1);
  await expect(tokens.read(null)).rejects.toMatchObject({ code: 'graph-failed', message: expect.stringContaining('not finite') });
  for (const [error, code] of [[outOfGpuMemory(), 'out-of-memory'], [refusedByGpu(), 'graph-failed']] as const) {
    device.fail(error);
    tokens.sample(ask(1), 1);
    await expect(tokens.read(null)).rejects.toMatchObject({ code, detail: { values: [error.message] } });
    tokens.sample(ask(1), 1);
    await expect(tokens.read(null)).resolves.toBeDefined();
  }
  tokens.release();
  await expect(tokens.read(null)).rejects.toThrow();
});

test('what somebody else on the device could not have done ends nobody\'s batch but its own', async () => {
  const { tokens, ask, device } = tokensOn();
  const other = tokensOn(device);
  for (const error of [outOfGpuMemory(), refusedByGpu()]) {
    device.fail(error);
    other.tokens.sample(other.ask(1), 1);
    await expect(other.tokens.read(null)).rejects.toMatchObject({ detail: { values: [error.message] } });
    tokens.begin();
    tokens.sample(ask(1), 1);
    await expect(tokens.read(null)).resolves.toBeDefined();
  }
});

test('a temperature that float32 has no number for still takes the likeliest token', async () => {
  const { tokens, ask, device } = tokensOn();
  const tiny = { ...rules, temperature: 1e-46 };
  const request = ask(1, { rules: tiny });
  tokens.sample(request, 1);
  expect(Math.fround(tiny.temperature)).toBe(0);
  expect(device.buffers[0]!.floats[7]).toBeGreaterThan(1.2e-38);
  const { sampled } = await tokens.read(null);
  expect(sampled[0]!.choice).toMatchObject({ token: choose({ classLogits: request.values.subarray(0, VOCAB), nullLogits: request.values.subarray(VOCAB) }, tiny, { seed: 9, t: 3 }).token, logprob: 0 });
});

test('a device whose answers cannot be read says so', async () => {
  const { tokens, ask, device } = tokensOn();
  tokens.sample(ask(1), 1);
  const reason = Promise.reject(new Error('device lost'));
  for (const buffer of device.buffers) buffer.mapAsync = () => reason;
  await expect(tokens.read(null)).rejects.toMatchObject({ code: 'graph-failed', message: expect.stringContaining('no answer'), detail: { values: ['device lost'] } });
});

test('a sampler is used only where it chooses as the processor does, and leaves nothing behind where not', async () => {
  const right = new FakeDevice(sampleOnHost);
  expect(await openSampler(right.gpu, wrap)).not.toBeNull();
  expect(await openSampler(new FakeDevice().gpu, wrap)).toBeNull();
  const wrong = [
    // Another token; another entropy; wrong only from the second position on.
    (result: FakeBuffer) => { result.floats[0]! += 1; },
    (result: FakeBuffer) => { result.floats[14]! += 0.01; },
    (result: FakeBuffer) => { result.floats[16]! += 1; },
  ];
  for (const spoil of wrong) {
    const device = new FakeDevice((buffers, groups) => {
      sampleOnHost(buffers, groups);
      spoil(buffers[4]!);
    });
    expect(await openSampler(device.gpu, wrap)).toBeNull();
    expect(device.buffers.filter(({ destroyed }) => !destroyed)).toEqual([]);
  }
});

test('a sampler whose answers cannot be read is not used, and leaves nothing behind', async () => {
  const device = new FakeDevice(sampleOnHost);
  const make = device.createBuffer.bind(device);
  device.createBuffer = (wanted) => Object.assign(make(wanted), { mapAsync: async () => { throw new Error('device lost'); } });
  expect(await openSampler(device.gpu, wrap)).toBeNull();
  expect(device.buffers.length).toBeGreaterThan(0);
  expect(device.buffers.filter(({ destroyed }) => !destroyed)).toEqual([]);
});
