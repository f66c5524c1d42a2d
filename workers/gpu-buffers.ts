/// <reference types="@webgpu/types" />
import type { GraphTensor } from '../engine/tensors.ts';

/** Bytes of a float32 or an int32. */
export const WORD = 4;

/** Where a tensor of the runtime lives that lives on the GPU. */
export const bufferOf = (tensor: GraphTensor): GPUBuffer => (tensor as unknown as { gpuBuffer: GPUBuffer }).gpuBuffer;

/** What kernels bind has to be a multiple of 16 bytes. */
export const storageSize = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** A buffer of zeros that kernels read and write, and that can be copied to and from. */
export const storageBuffer = (device: GPUDevice, bytes: number): GPUBuffer =>
  device.createBuffer({ size: storageSize(bytes), usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });

/** Fills a buffer with zeros, which need no memory of their own. */
export function clear(device: GPUDevice, buffer: GPUBuffer): void {
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(buffer);
  device.queue.submit([encoder.finish()]);
}
