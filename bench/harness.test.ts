import { expect, test } from 'vitest';
import { interleaved, judge, resultOf, toJson, verdict, type Goal } from './harness.ts';
import { docs } from './lib/docs.ts';
import type { Machine } from './lib/machine.ts';
import { summary } from '../engine/statistics.ts';

const machine: Machine = {
  cpu: 'A processor', cores: 2, memoryGiB: 8, system: 'linux x64', node: '20.19.0', onnxruntimeNode: '1.30.0', onnxruntimeWeb: '1.30.0', chromium: '150', busy: 0.01,
};
const goal: Goal = { text: 'at least 2 times faster', atLeast: 2 };
const outcome = { rows: [{ backend: 'WASM', ms: summary([1, 2, 3.123456789]) }], ratio: summary([2.5]) };
const result = (changes: Partial<Machine> = {}, whole = true) => resultOf({ name: 'some', goal }, outcome, { ...machine, ...changes }, 'npm run bench some', new Date('2026-01-02T23:00:00Z'), whole);

test('contestants take turns, every other round in reverse, and warm-up rounds are dropped', async () => {
  const order: string[] = [];
  const contestant = (name: string) => (round: number) => { order.push(`${name}${round}`); return Promise.resolve(round); };
  expect(await interleaved({ a: contestant('a'), b: contestant('b') }, { repeats: 3 })).toEqual({ a: [0, 1, 2], b: [0, 1, 2] });
  expect(order).toEqual(['b-1', 'a-1', 'a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  order.length = 0;
  await interleaved({ a: contestant('a'), b: contestant('b') }, { repeats: 2, warmups: 0, order: 'kept' });
  expect(order).toEqual(['a0', 'b0', 'a1', 'b1']);
});

test('goals are bounds on the median, and nothing is judged without trust, ratio or bound', () => {
  expect(judge(goal, summary([2, 2.1, 0]), true)).toBe(true);
  expect(judge(goal, summary([1.9]), true)).toBe(false);
  expect(judge({ text: '', atMost: 2 }, summary([1.9]), true)).toBe(true);
  expect(judge({ text: '', atMost: 2 }, summary([2.1]), true)).toBe(false);
  expect([judge(goal, summary([3]), false), judge(goal, null, true), judge({ text: '' }, summary([3]), true)]).toEqual([null, null, null]);
});

test('a verdict shows the quartiles of its ratio, and says where the goal lies between them', () => {
  const of = (values: number[], met: boolean | null, bound: Goal = goal) => verdict({ goal: bound, ratio: summary(values), met });
  expect(of([2.1, 2.2, 2.3], true)).toBe('at least 2 times faster: 2.2 (2.15 to 2.25), met');
  expect(of([1.5, 2.2, 2.3], true)).toBe('at least 2 times faster: 2.2 (1.85 to 2.25), met by the median, with rounds on both sides of the goal');
  expect(of([1.5, 1.9, 2.3], false)).toBe('at least 2 times faster: 1.9 (1.7 to 2.1), not met by the median, with rounds on both sides of the goal');
  expect(of([1.5, 2.2, 2.3], null)).toBe('at least 2 times faster: 2.2 (1.85 to 2.25), not judged');
  expect(of([1, 1, 1], true, { text: 'one wait', atMost: 1 })).toBe('one wait: 1 (1 to 1), met');
  expect(of([1, 2, 3], true, { text: 'at most 2.2 times', atMost: 2.2 })).toContain('met by the median');
});

test('a busy machine and a cut run are not judged', () => {
  expect([result().met, result({ busy: 0.4 }).met, result({}, false).met]).toEqual([true, null, null]);
  const counted = { name: 'counts', goal: { ...goal, always: true as const } };
  expect([true, false].map((whole) => resultOf(counted, outcome, { ...machine, busy: 0.4 }, '', new Date(), whole).met)).toEqual([true, null]);
});

test('the kept JSON has the agreed fields, five digits and no more', () => {
  const json = JSON.parse(toJson(result())) as Record<string, unknown>;
  expect(Object.keys(json).sort()).toEqual(['command', 'date', 'goal', 'machine', 'met', 'name', 'ratio', 'rows']);
  expect(json).toMatchObject({ name: 'some', date: '2026-01-02', command: 'npm run bench some', goal, met: true, machine: { cpu: 'A processor', cores: 2 } });
  expect(json.rows).toEqual([{ backend: 'WASM', ms: { median: 2, q1: 1.5, q3: 2.5617, mad: 1, n: 3 } }]);
});

test('docs hold the table, the verdict, the command and the machine, and say what is missing', () => {
  const described = [{ name: 'some', title: 'Some', about: 'What it is.' }, { name: 'other', title: 'Other', about: 'More.' }];
  const text = docs(described, new Map([['some', result()]]));
  for (const part of ['## Some', '| WASM | 2 (1.5 to 2.56) |', '**at least 2 times faster: 2.5, met.**', '2026-01-02, `npm run bench some`', 'A processor, 2 cores, 8 GiB']) expect(text).toContain(part);
  expect(text).toContain('Not measured yet: `npm run bench other`');
  expect(verdict({ ...result(), met: null })).toContain('not judged');
});

test('WebGPU has a goal of its own, which a software adapter can neither meet nor miss', () => {
  const both = { name: 'some', goal, webgpuGoal: { text: 'at most 1.6 times (WebGPU)', atMost: 1.6 } };
  const on = (software: boolean) => resultOf(both, { ...outcome, webgpu: { ratio: summary([1.5]), software } }, machine, '', new Date(), true);
  expect([on(true).webgpu?.met, on(false).webgpu?.met, on(true).met]).toEqual([null, true, true]);
  expect(verdict(on(true))).toBe('at least 2 times faster: 2.5, met; at most 1.6 times (WebGPU): 1.5, not judged: a software adapter');
  expect(verdict(on(false))).toContain('1.5, met');
  expect(resultOf(both, outcome, machine, '', new Date(), true)).not.toHaveProperty('webgpu');
});
