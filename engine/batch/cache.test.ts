import { expect, test } from 'vitest';
import type { GraphRunner, GraphTensor, Tensors } from '../graph-runner.ts';
import { BatchCache } from './cache.ts';

const HEADS = 2;
const D = 4;

class Values implements GraphTensor {
  disposed = false;
  constructor(readonly data: Float32Array | Int32Array, readonly dims: readonly number[]) {
    expect(data.length).toBe(dims.reduce((a, b) => a * b, 1));
  }
  async getData() {
    return this.data;
  }
  dispose() {
    this.disposed = true;
  }
}

/** Answers in every value of a row's new slot 1000 x its run + the row's place in it. */
function fake(byRow: boolean) {
  const runs: Record<string, Values>[] = [];
  const runner: GraphRunner = {
    inPlace: !byRow, byRow: () => byRow,
    tensor: (_type: string, data: Float32Array | Int32Array, dims: readonly number[]) => new Values(data, dims),
    async run(_graph, given, outputs) {
      const feeds = given as Record<string, Values>;
      runs.push({ ...feeds, past_k_0: new Values(feeds.past_k_0!.data.slice(), feeds.past_k_0!.dims) });
      const rows = feeds.seqlens_k!.data.length;
      const mark = (row: number) => 1000 * runs.length + row;
      if (byRow) {
        const line = Float32Array.from({ length: rows * HEADS * D }, (_, i) => mark(Math.floor(i / (HEADS * D))));
        return { kv: new Values(Float32Array.from([...line, ...line]), [2 * rows, HEADS, 1, D]) };
      }
      for (const name of ['k_0', 'v_0']) {
        const { data, dims } = outputs[`present_${name}`] as Values;
        for (let row = 0; row < rows; row++) {
          for (let head = 0; head < HEADS; head++) data.fill(mark(row), ((row * HEADS + head) * dims[2]! + feeds.seqlens_k!.data[row]!) * D, ((row * HEADS + head) * dims[2]! + feeds.seqlens_k!.data[row]! + 1) * D);
        }
      }
      return outputs as Tensors;
    },
  };
  return { runner, runs };
}

const step = (cache: BatchCache, steps: { row: number; slot: number }[]) => cache.run(cache.places(steps), {}, []);
/** First value of a slot in the pasts that a run was given. */
const at = ({ past_k_0: past }: Record<string, Values>, row: number, slot: number) => past!.data[(row * HEADS * past!.dims[2]! + slot) * D];

test('by row a run takes the rows that have a step, in any order, with what they wrote before', async () => {
  const { runner, runs } = fake(true);
  const cache = new BatchCache(runner, 'decoder', 1);
  cache.begin(3, 2, HEADS, 40, D);
  await step(cache, [0, 1, 2].map((row) => ({ row, slot: 0 })));
  await step(cache, [{ row: 2, slot: 1 }, { row: 0, slot: 1 }]);
  await step(cache, [{ row: 2, slot: 2 }]);
  for (let slot = 2; slot < 34; slot++) await step(cache, [{ row: 0, slot }]);
  await step(cache, [0, 1, 2].map((row) => ({ row, slot: [34, 1, 3][row]! })));
  expect([...runs[1]!.seqlens_k!.data, ...runs[1]!.total!.data]).toEqual([1, 1, 1, 1, 2]);
  expect([at(runs[1]!, 0, 0), at(runs[1]!, 1, 0), at(runs[1]!, 2, 0), at(runs[1]!, 3, 0)]).toEqual([1002, 1000, 1005, 1003]);
  expect([runs[2]!.past_k_0!.dims, at(runs[2]!, 0, 0), at(runs[2]!, 0, 1), at(runs[2]!, 1, 1)]).toEqual([[2, HEADS, 32, D], 1002, 2000, 2002]);
  const last = runs.at(-1)!;
  expect([last.past_k_0!.dims, [...last.seqlens_k!.data], [...last.total!.data]]).toEqual([[6, HEADS, 40, D], [34, 1, 3, 34, 1, 3], [35]]);
  expect([at(last, 0, 1), at(last, 0, 33), at(last, 1, 0), at(last, 2, 2), at(last, 5, 2)]).toEqual([2001, 35000, 1001, 3000, 3001]);
  cache.dispose();
});

test('else all rows run, and an idle one writes into its next free slot, which its next step overwrites', async () => {
  const { runner, runs } = fake(false);
  const cache = new BatchCache(runner, 'encoder', 1);
  cache.begin(2, 1, HEADS, 8, D);
  await step(cache, [{ row: 0, slot: 0 }, { row: 1, slot: 0 }]);
  expect(cache.places([{ row: 1, slot: 1 }])).toEqual([{ row: 0, slot: 1, step: null }, { row: 1, slot: 1, step: 0 }]);
  await step(cache, [{ row: 1, slot: 1 }]);
  await step(cache, [{ row: 0, slot: 1 }, { row: 1, slot: 2 }]);
  await step(cache, [{ row: 1, slot: 3 }]);
  expect([...runs[1]!.seqlens_k!.data]).toEqual([1, 1]);
  expect([...runs[2]!.seqlens_k!.data]).toEqual([1, 2]);
  expect([at(runs[2]!, 0, 1), at(runs[3]!, 0, 1), at(runs[3]!, 1, 2), at(runs[3]!, 1, 1)]).toEqual([2000, 3000, 3001, 2001]);
  cache.dispose();
});
