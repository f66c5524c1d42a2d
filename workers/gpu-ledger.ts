/// <reference types="@webgpu/types" />

import type { GpuMemory } from './messages.ts';

/**
 * Counts the buffers of a device from here on: ours and onnxruntime's, since it makes its own through the same object.
 * A buffer counts until it is destroyed, or until the browser has collected it: onnxruntime lets go of some without a word.
 */
export function countBuffers(device: GPUDevice): Readonly<GpuMemory> {
  const memory: GpuMemory = { buffers: 0, bytes: 0 };
  /** Sizes of those that still count, by a token of their own: a buffer must not be held. */
  const live = new Map<symbol, number>();
  const end = (token: symbol): void => {
    const bytes = live.get(token);
    if (bytes === undefined) return;
    live.delete(token);
    memory.buffers--;
    memory.bytes -= bytes;
  };
  const collected = new FinalizationRegistry(end);
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const token = Symbol(descriptor.label);
    live.set(token, descriptor.size);
    memory.buffers++;
    memory.bytes += descriptor.size;
    collected.register(buffer, token);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      end(token);
      return destroy();
    };
    return buffer;
  };
  return memory;
}
