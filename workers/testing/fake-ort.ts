/** onnxruntime-web without graphs: sessions that keep what they are asked for. */
import { sizeOf } from '../../engine/tensors.ts';
import type { Ort } from '../runtime.ts';
import type { FakeBuffer } from './fake-gpu.ts';

type Values = Float32Array | Int32Array;
interface OnGpu {
  dataType: string;
  dims: number[];
  dispose?: () => void;
  download?: () => Promise<Values>;
}

export class FakeOrtTensor {
  location = 'cpu';
  gpuBuffer: FakeBuffer | undefined;
  #onGpu: OnGpu | undefined;

  constructor(readonly type: string, readonly data: Values | undefined, readonly dims: readonly number[]) {
    if (data && data.length !== sizeOf(dims)) throw new Error(`${data.length} values for [${dims.join()}]`);
  }

  static fromGpuBuffer(buffer: FakeBuffer, own: OnGpu): FakeOrtTensor {
    const tensor = new FakeOrtTensor(own.dataType, undefined, own.dims);
    return Object.assign(tensor, { location: 'gpu-buffer', gpuBuffer: buffer }).#with(own);
  }

  #with(own: OnGpu): this {
    this.#onGpu = own;
    return this;
  }

  async getData(): Promise<Values> {
    return this.data ?? this.#onGpu!.download!();
  }

  dispose(): void {
    this.#onGpu?.dispose?.();
  }
}

type Named = Record<string, FakeOrtTensor>;
export interface FakeRun {
  inputs: Named;
  wanted: Record<string, FakeOrtTensor | null>;
  options: { extra?: Record<string, string> };
}

export class FakeSession {
  readonly runs: FakeRun[] = [];
  released = false;
  /** Shapes of the outputs, for sessions that give them buffers ahead. */
  outputMetadata: { name: string; shape: (number | string)[] }[] = [];

  constructor(readonly model: unknown, readonly options: Record<string, unknown>, private readonly answer: Answer) {}

  async run(inputs: Named, wanted: FakeRun['wanted'] = {}, options: FakeRun['options'] = {}): Promise<Named> {
    if (this.released) throw new Error('the session is gone');
    const run = { inputs, wanted, options };
    this.runs.push(run);
    return this.answer(run);
  }

  async release(): Promise<void> {
    this.released = true;
  }
}
type Answer = (run: FakeRun) => Promise<Named> | Named;

export function fakeOrt(answer: Answer = () => ({}), open: () => void = () => undefined): { ort: Ort; sessions: FakeSession[] } {
  const sessions: FakeSession[] = [];
  const create = async (model: unknown, options: Record<string, unknown>) => {
    open();
    sessions.push(new FakeSession(model, options, answer));
    return sessions.at(-1)!;
  };
  return { ort: { Tensor: FakeOrtTensor, InferenceSession: { create } } as unknown as Ort, sessions };
}
