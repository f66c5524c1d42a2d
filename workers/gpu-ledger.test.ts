import { expect, test, vi } from 'vitest';
import { countBuffers } from './gpu-ledger.ts';

function device() {
  const destroy = vi.fn();
  const made = { createBuffer: ({ size }: { size: number }) => ({ size, destroy }) };
  return { device: made as unknown as GPUDevice, destroy };
}
const usage = 0;

test('a buffer counts from its making until it is destroyed, once', () => {
  const { device: gpu, destroy } = device();
  const memory = countBuffers(gpu);
  const [a, b] = [gpu.createBuffer({ size: 256, usage }), gpu.createBuffer({ size: 16, usage })];
  expect(memory).toEqual({ buffers: 2, bytes: 272 });
  a.destroy();
  a.destroy();
  expect(memory).toEqual({ buffers: 1, bytes: 16 });
  expect(destroy).toHaveBeenCalledTimes(2);
  b.destroy();
  expect(memory).toEqual({ buffers: 0, bytes: 0 });
});

test('one that cannot be made does not count', () => {
  const gpu = { createBuffer() { throw new RangeError('too large'); } } as unknown as GPUDevice;
  const memory = countBuffers(gpu);
  expect(() => gpu.createBuffer({ size: 1e15, usage })).toThrow('too large');
  expect(memory).toEqual({ buffers: 0, bytes: 0 });
});
