/** OnDevice over plain memory: what a GPU does beside the graphs, for tests with runtimes that have none. */
import { around, type GraphRunner } from '../graph-runner.ts';
import type { Copy, OnDevice, Sampled, SampleRequest } from '../on-device.ts';
import { choose, nullEntropyOf } from '../sampling.ts';
import type { GraphTensor } from '../tensors.ts';
import { draftTokens } from '../window.ts';

export class HostDevice implements OnDevice {
  readonly #runner: GraphRunner;
  readonly #values = new Map<GraphTensor, Float32Array>();
  #sampled: Sampled[] = [];
  /** How often something was read. */
  waits = 0;
  begins = 0;

  constructor(runner: GraphRunner) {
    this.#runner = runner;
  }

  begin(): void {
    this.begins++;
  }

  zeros(dims: readonly number[]): GraphTensor {
    const values = new Float32Array(dims.reduce((product, size) => product * size, 1));
    const tensor = this.#runner.tensor('float32', values, dims);
    this.#values.set(tensor, values);
    return tensor;
  }

  copy(copies: readonly Copy[]): void {
    for (const { from, to, at, first = 0, size } of copies) {
      const values = (from as unknown as { data: Float32Array }).data;
      this.#values.get(to)!.set(values.subarray(first, size === undefined ? undefined : first + size), at);
    }
  }

  sample({ logits, positions, groups, rules, at, forced, drafts, nullEntropy = false }: SampleRequest, count: number): GraphTensor {
    const values = (logits as unknown as { data: Float32Array }).data;
    const vocab = logits.dims[2]!;
    const stride = values.length / vocab / positions;
    this.#sampled = Array.from({ length: positions }, (_, i) => {
      const row = (n: number) => values.subarray((i * stride + n) * vocab, (i * stride + n + 1) * vocab);
      const rows = { classLogits: row(0), nullLogits: groups === 2 ? row(1) : null };
      return { choice: choose(rows, rules, { ...at, t: at.t + i }, forced[i]), nullEntropy: nullEntropy ? nullEntropyOf(rows) : null };
    });
    const answers = this.#sampled.map(({ choice }) => choice.token);
    const tokens = [...answers, ...draftTokens(drafts, answers)].slice(0, count);
    return this.#runner.tensor('int32', Int32Array.from(tokens), [1, count]);
  }

  async read(also: GraphTensor | null): Promise<{ sampled: Sampled[]; also: ArrayLike<number> }> {
    this.waits++;
    return { sampled: this.#sampled, also: also ? (also as unknown as { data: Float32Array }).data : [] };
  }
}

/** The runner with a device beside it. */
export function withDevice(inner: GraphRunner): { runner: GraphRunner; device: HostDevice } {
  const device = new HostDevice(inner);
  return { runner: { ...around(inner, (call) => inner.run(call)), onDevice: device }, device };
}
