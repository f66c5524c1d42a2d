import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CacheLines } from './cache-lines.ts';

const WIDTH = 3;

test('lines keep their slots while they grow, and what is new is zero', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }), (lines, steps) => {
    const capacity = steps.reduce((sum, step) => sum + step, 0);
    const cache = new CacheLines(lines, capacity, WIDTH);
    // Twice over the same memory: nothing of the first image is seen in the second.
    for (const image of [1, 2]) {
      cache.empty();
      let slots = 0;
      for (const step of steps) {
        const values = cache.resize(slots + step);
        expect(values).toHaveLength(lines * (slots + step) * WIDTH);
        const value = (line: number, slot: number, i: number) => (slot < slots ? 1000 * image + 100 * line + 10 * slot + i : 0);
        const want = Array.from({ length: lines }, (_, line) => Array.from({ length: slots + step }, (_, slot) => Array.from({ length: WIDTH }, (_, i) => value(line, slot, i)))).flat(2);
        expect([...values]).toEqual(want);
        for (const end = slots + step; slots < end; slots++) {
          cache.write(0, lines, slots, Float32Array.from({ length: lines * WIDTH }, (_, at) => 1000 * image + 100 * Math.floor(at / WIDTH) + 10 * slots + (at % WIDTH)), 0);
        }
      }
    }
  }));
});

test('some lines, their first slots, into lines of other images', () => {
  const cache = new CacheLines(4, 4, WIDTH);
  cache.resize(2);
  for (const slot of [0, 1]) cache.write(1, 2, slot, Float32Array.from({ length: 1 + 2 * WIDTH }, (_, i) => 10 * slot + i), 1);
  const out = new Float32Array(2 * 2 * WIDTH).fill(-1);
  cache.read(2, 1, 1, out, 1);
  expect([...out]).toEqual([-1, -1, -1, -1, -1, -1, 4, 5, 6, -1, -1, -1]);
});
