import { expect, test } from 'vitest';
import type { CacheForm } from './graph-runner.ts';
import { KvCache } from './kv-cache.ts';
import { fakeRunner, FakeTensor, type FakeRun } from './testing/fake-runner.ts';

const HEADS = 2;
const D = 4;

/** Answers in every value of an image's new slot 1000 x its run + the image's place in it. */
const marking = (form: CacheForm) => fakeRunner(form, ({ call, read }, count) => {
  const { images, groups } = call;
  expect([images, groups]).toEqual([read.seqlens_k!.data.length / groups, groups]);
  const rows = images * groups;
  const mark = (row: number) => 1000 * count + row;
  if (form === 'new slots') {
    const line = Float32Array.from({ length: rows * HEADS * D }, (_, i) => mark(Math.floor(i / (HEADS * D))));
    return { kv: new FakeTensor(Float32Array.from([...line, ...line]), [2 * rows, HEADS, 1, D]) };
  }
  return Object.fromEntries(call.caches.map(({ tensor, present }) => {
    const past = tensor as FakeTensor;
    const result = form === 'in place' ? past : new FakeTensor(past.data.slice(), past.dims);
    for (let row = 0; row < rows; row++) {
      for (let head = 0; head < HEADS; head++) {
        const slot = (row * HEADS + head) * past.dims[2]! + read.seqlens_k!.data[row]!;
        result.data.fill(mark(row), slot * D, (slot + 1) * D);
      }
    }
    return [present, result];
  }));
});

const begin = (cache: KvCache, images: number, groups: 1 | 2, capacity: number) => cache.begin({ images, groups, heads: HEADS, capacity, headDim: D });
const step = (cache: KvCache, steps: { image: number; slot: number }[]) => cache.run(cache.places(steps), {});
/** First value of a slot in the pasts that a run was given. */
const at = ({ read: { past_k_0: past } }: FakeRun, row: number, slot: number) => past!.data[(row * HEADS * past!.dims[2]! + slot) * D];

test('with new slots a run takes the images that have a step, in any order, with what they wrote before', async () => {
  const { runner, runs } = marking('new slots');
  const cache = new KvCache(runner, 'decoder', 1, []);
  begin(cache, 3, 2, 40);
  await step(cache, [0, 1, 2].map((image) => ({ image, slot: 0 })));
  await step(cache, [{ image: 2, slot: 1 }, { image: 0, slot: 1 }]);
  await step(cache, [{ image: 2, slot: 2 }]);
  for (let slot = 2; slot < 34; slot++) await step(cache, [{ image: 0, slot }]);
  await step(cache, [0, 1, 2].map((image) => ({ image, slot: [34, 1, 3][image]! })));
  expect([...runs[1]!.read.seqlens_k!.data, ...runs[1]!.read.total!.data]).toEqual([1, 1, 1, 1, 2]);
  expect([at(runs[1]!, 0, 0), at(runs[1]!, 1, 0), at(runs[1]!, 2, 0), at(runs[1]!, 3, 0)]).toEqual([1002, 1000, 1005, 1003]);
  expect([runs[2]!.read.past_k_0!.dims, at(runs[2]!, 0, 0), at(runs[2]!, 0, 1), at(runs[2]!, 1, 1)]).toEqual([[2, HEADS, 32, D], 1002, 2000, 2002]);
  const last = runs.at(-1)!;
  expect([last.read.past_k_0!.dims, [...last.read.seqlens_k!.data], [...last.read.total!.data]]).toEqual([[6, HEADS, 40, D], [34, 1, 3, 34, 1, 3], [35]]);
  expect([at(last, 0, 1), at(last, 0, 33), at(last, 1, 0), at(last, 2, 2), at(last, 5, 2)]).toEqual([2001, 35000, 1001, 3000, 3001]);
  cache.dispose();
});

test.each(['in place', 'replaced'] as const)('%s all images run, and an idle one writes into its next free slot, which its next step overwrites', async (form) => {
  const { runner, runs } = marking(form);
  const cache = new KvCache(runner, 'encoder', 1, []);
  begin(cache, 2, 1, 8);
  await step(cache, [{ image: 0, slot: 0 }, { image: 1, slot: 0 }]);
  expect(cache.places([{ image: 1, slot: 1 }])).toEqual([{ image: 0, slot: 1, step: null }, { image: 1, slot: 1, step: 0 }]);
  await step(cache, [{ image: 1, slot: 1 }]);
  await step(cache, [{ image: 0, slot: 1 }, { image: 1, slot: 2 }]);
  await step(cache, [{ image: 1, slot: 3 }]);
  expect([...runs[1]!.read.seqlens_k!.data]).toEqual([1, 1]);
  expect([...runs[2]!.read.seqlens_k!.data]).toEqual([1, 2]);
  expect([at(runs[2]!, 0, 1), at(runs[3]!, 0, 1), at(runs[3]!, 1, 2), at(runs[3]!, 1, 1)]).toEqual([2000, 3000, 3001, 2001]);
  cache.dispose();
});

test.each(['in place', 'replaced', 'new slots'] as const)('%s: an idle image, or one that comes again, finds what it wrote', async (form) => {
  const { runner, runs } = marking(form);
  const cache = new KvCache(runner, 'decoder', 1, []);
  for (let batch = 0; batch < 2; batch++) {
    begin(cache, 2, 2, 8);
    const first = runs.length;
    await step(cache, [{ image: 0, slot: 0 }, { image: 1, slot: 0 }]);
    await step(cache, [{ image: 1, slot: 1 }]);
    await step(cache, [{ image: 0, slot: 1 }, { image: 1, slot: 2 }]);
    const last = runs.at(-1)!;
    // Rows: image 0 and 1 of the class, then of the null class.
    expect([0, 1, 2, 3].map((row) => at(last, row, 0)! - 1000 * (first + 1))).toEqual([0, 1, 2, 3]);
    expect([1, 3].map((row) => at(last, row, 1)! - 1000 * (first + 2))).toEqual(form === 'new slots' ? [0, 1] : [1, 3]);
    expect(first === 0 || at(runs[first]!, 0, 0) === 0).toBe(true);
  }
  cache.dispose();
});
