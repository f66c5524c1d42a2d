/** A GraphRunner without graphs, for tests of what is fed to them. */
import { sessionArguments, type CacheForm, type GraphCall, type GraphRunner } from '../graph-runner.ts';
import { sizeOf, type GraphTensor, type Tensors } from '../tensors.ts';

/** A tensor in memory that notices when it is used after its end. */
export class FakeTensor implements GraphTensor {
  disposed = false;
  constructor(readonly data: Float32Array | Int32Array, readonly dims: readonly number[]) {
    if (data.length !== sizeOf(dims)) throw new Error(`${data.length} values for [${dims.join()}]`);
  }
  async getData() {
    if (this.disposed) throw new Error('used after dispose');
    return this.data;
  }
  dispose() {
    this.disposed = true;
  }
}

export interface FakeRun {
  call: GraphCall;
  /** All inputs, by name. */
  feeds: Record<string, FakeTensor>;
  /** Their values at the time of the run: the memory of feeds is written again for the next. */
  read: Record<string, FakeTensor>;
}

/** A runner that keeps its runs; `answer` makes the outputs. */
export function fakeRunner(form: CacheForm, answer: (run: FakeRun, count: number) => Tensors): { runner: GraphRunner; runs: FakeRun[] } {
  const runs: FakeRun[] = [];
  const runner: GraphRunner = {
    tensor: (_type: string, data: Float32Array | Int32Array, dims: readonly number[]) => new FakeTensor(data, dims),
    cache: (dims) => new FakeTensor(new Float32Array(sizeOf(dims)), dims),
    cacheForm: () => form,
    has: () => true,
    async run(call) {
      const feeds = sessionArguments(call, form).inputs as Record<string, FakeTensor>;
      for (const [name, { disposed }] of Object.entries(feeds)) if (disposed) throw new Error(`${call.graph} was fed with ${name} after its end`);
      const read = Object.fromEntries(Object.entries(feeds).map(([name, { data, dims }]) => [name, new FakeTensor(data.slice(), dims)]));
      const run = { call, feeds, read };
      runs.push(run);
      return answer(run, runs.length);
    },
  };
  return { runner, runs };
}
