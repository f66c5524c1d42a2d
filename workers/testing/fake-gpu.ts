/// <reference types="@webgpu/types" />
/** A GPUDevice over plain memory: what is submitted takes effect at once. Nothing here runs WGSL; a pipeline is a function. */

/** No `Error`, as WebGPU has it. */
class FakeGpuError {
  constructor(readonly message: string) {}
}

Object.assign(globalThis, {
  GPUBufferUsage: { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 },
  GPUMapMode: { READ: 1 },
  GPUOutOfMemoryError: class extends FakeGpuError {},
});

export class FakeBuffer {
  destroyed = false;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #mapped = false;

  constructor(readonly size: number) {
    this.#bytes = new Uint8Array(size);
  }

  /** For commands: WebGPU refuses those that name a buffer that is gone or mapped. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.destroyed || this.#mapped) throw new Error(`a ${this.destroyed ? 'destroyed' : 'mapped'} buffer was used`);
    return this.#bytes;
  }

  get floats(): Float32Array {
    return new Float32Array(this.bytes.buffer);
  }

  destroy(): void {
    this.destroyed = true;
  }

  async mapAsync(): Promise<void> {
    if (this.destroyed) throw new Error('the buffer is gone');
    this.#mapped = true;
  }

  getMappedRange(at = 0, size = this.size): ArrayBuffer {
    if (!this.#mapped) throw new Error('not mapped');
    return this.#bytes.buffer.slice(at, at + size);
  }

  unmap(): void {
    this.#mapped = false;
  }
}

/** What a dispatch does to the buffers it is bound to. */
export type Kernel = (buffers: FakeBuffer[], groups: number) => void;
export const pipelineOf = (kernel: Kernel) => ({ kernel, getBindGroupLayout: () => ({}) }) as unknown as GPUComputePipeline;

export class FakeDevice extends EventTarget {
  readonly buffers: FakeBuffer[] = [];
  lose: (message: string) => void = () => undefined;
  readonly lost = new Promise((resolve) => { this.lose = (message) => resolve({ message }); });
  readonly queue = {
    writeBuffer(to: FakeBuffer, at: number, data: ArrayBuffer | Float32Array<ArrayBuffer>, first = 0, size?: number) {
      const word = 'BYTES_PER_ELEMENT' in data ? data.BYTES_PER_ELEMENT : 1;
      const [whole, from] = 'buffer' in data ? [data.buffer, data.byteOffset] : [data, 0];
      to.bytes.set(new Uint8Array(whole, from + first * word, size === undefined ? data.byteLength - first * word : size * word), at);
    },
    submit: (lists: (() => void)[][]) => { for (const command of lists.flat()) command(); },
  };
  /** Of the pipelines that are made; null where the shader does not compile. */
  readonly #kernel: Kernel | null;

  constructor(kernel: Kernel | null = null) {
    super();
    this.#kernel = kernel;
  }

  createBuffer({ size }: { size: number }): FakeBuffer {
    const buffer = new FakeBuffer(size);
    this.buffers.push(buffer);
    return buffer;
  }

  createCommandEncoder() {
    const commands: (() => void)[] = [];
    return {
      copyBufferToBuffer: (from: FakeBuffer, first: number, to: FakeBuffer, at: number, size: number) => {
        commands.push(() => to.bytes.set(from.bytes.subarray(first, first + size), at));
      },
      clearBuffer: (buffer: FakeBuffer) => commands.push(() => buffer.bytes.fill(0)),
      beginComputePass: () => {
        let kernel: Kernel;
        let bound: FakeBuffer[];
        return {
          setPipeline: (pipeline: { kernel: Kernel }) => { kernel = pipeline.kernel; },
          setBindGroup: (_: number, group: FakeBuffer[]) => { bound = group; },
          dispatchWorkgroups: (groups: number) => commands.push(() => kernel(bound, groups)),
          end: () => undefined,
        };
      },
      finish: () => commands,
    };
  }

  createBindGroup({ entries }: { entries: { resource: { buffer: FakeBuffer } }[] }): FakeBuffer[] {
    return entries.map(({ resource }) => resource.buffer);
  }

  createShaderModule() {
    return {};
  }

  async createComputePipelineAsync(): Promise<GPUComputePipeline> {
    if (!this.#kernel) throw new Error('the shader does not compile');
    return pipelineOf(this.#kernel);
  }

  /** Reports what no error scope caught. */
  fail(error: { message: string }): void {
    this.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }));
  }

  /** As what code under test takes. */
  get gpu(): GPUDevice {
    return this as unknown as GPUDevice;
  }
}

export const outOfGpuMemory = () => new (globalThis as unknown as { GPUOutOfMemoryError: new (message: string) => { message: string } }).GPUOutOfMemoryError('no room');
export const refusedByGpu = () => new FakeGpuError('a binding is too large');
