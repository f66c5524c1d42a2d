/** OnDevice over plain memory: what a GPU does beside the graphs, for tests with runtimes that have none. */
import { around, type GraphRunner } from '../graph-runner.ts';
import type { Copy, OnDevice, Sampled, SampleRequest } from '../on-device.ts';
import { choose, nullEntropyOf } from '../sampling.ts';
import type { GraphTensor } from '../tensors.ts';

export class HostDevice implements OnDevice {
  readonly #runner: GraphRunner;
  readonly #values = new Map<GraphTensor, Float32Array>();
  #sampled: Sampled | null = null;
  readonly #token = new Int32Array(1);
  /** How often something was read. */
  waits = 0;

  constructor(runner: GraphRunner) {
    this.#runner = runner;
  }

  zeros(dims: readonly number[]): GraphTensor {
    const values = new Float32Array(dims.reduce((product, size) => product * size, 1));
    const tensor = this.#runner.tensor('float32', values, dims);
    this.#values.set(tensor, values);
    return tensor;
  }

  copy(copies: readonly Copy[]): void {
    for (const { from, to, at } of copies) this.#values.get(to)!.set((from as unknown as { data: Float32Array }).data, at);
  }

  sample({ logits, rules, at, forced, nullEntropy = false }: SampleRequest): GraphTensor {
    const values = (logits as unknown as { data: Float32Array }).data;
    const vocab = logits.dims[2]!;
    const rows = { classLogits: values.subarray(0, vocab), nullLogits: logits.dims[0] === 2 ? values.subarray(vocab) : null };
    const choice = choose(rows, rules, at, forced);
    this.#sampled = { choice, nullEntropy: nullEntropy ? nullEntropyOf(rows) : null };
    this.#token[0] = choice.token;
    return this.#runner.tensor('int32', this.#token, [1, 1]);
  }

  async read(also: GraphTensor | null): Promise<Sampled & { also: number | null }> {
    this.waits++;
    return { ...this.#sampled!, also: also ? (also as unknown as { data: Float32Array }).data[0]! : null };
  }
}

/** The runner with a device beside it. */
export function withDevice(inner: GraphRunner): { runner: GraphRunner; device: HostDevice } {
  const device = new HostDevice(inner);
  return { runner: { ...around(inner, (call) => inner.run(call)), onDevice: device }, device };
}
