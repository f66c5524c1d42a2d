/// <reference types="@webgpu/types" />

/** What a device was asked to do. */
export interface GpuCounts {
  /** Kernels started. */
  launches: number;
  /** Command buffers handed over. */
  submits: number;
  /** Bind groups made: one for every kernel that is not replayed. */
  bindings: number;
  /** Times that the processor asks for memory of the GPU and has to wait for it. */
  waits: number;
}

/** Counts everything that is done through WebGPU in this realm from here on, by onnxruntime and by us: for tests and benches. */
export function countGpu(): GpuCounts {
  const counts: GpuCounts = { launches: 0, submits: 0, bindings: 0, waits: 0 };
  const count = <T extends object>(prototype: T, method: keyof T & string, what: keyof GpuCounts) => {
    const own = prototype[method] as (...values: unknown[]) => unknown;
    prototype[method] = function (this: unknown, ...values: unknown[]) {
      counts[what]++;
      return own.apply(this, values);
    } as T[typeof method];
  };
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'launches');
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', 'launches');
  count(GPUQueue.prototype, 'submit', 'submits');
  count(GPUDevice.prototype, 'createBindGroup', 'bindings');
  count(GPUBuffer.prototype, 'mapAsync', 'waits');
  return counts;
}
