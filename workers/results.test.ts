import { expect, test } from 'vitest';
import { StudioError } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import { asResult, isOutOfMemory, outOfMemory } from './results.ts';

test.each([
  'Out of memory', 'RuntimeError: memory access out of bounds', 'std::bad_alloc', 'Aborted(OOM). Build with -sASSERTIONS',
  'Array buffer allocation failed', 'Failed to allocate memory for requested buffer of size 4194304',
])('"%s" is a lack of memory', async (message) => {
  const failure = await asResult(async () => { throw new Error(message); });
  if (failure.ok) throw new Error('it has to fail');
  expect(isOutOfMemory(failure)).toBe(true);
  expect(outOfMemory(failure)).toMatchObject({ code: 'out-of-memory', message: { template: expect.stringContaining('not enough memory') } });
});

test('other failures are not', async () => {
  for (const message of ['The room is full', 'The graph decoder gave NaN', 'HTTP 500']) {
    const failure = await asResult(async () => { throw new Error(message); });
    expect(!failure.ok && isOutOfMemory(failure)).toBe(false);
  }
});

test('of our own errors the code and the detail count, not what a pack is called', async () => {
  const named = say`The pack ${'oom'} has no graph encoder_all.`;
  for (const [error, memory] of [
    [new StudioError('manifest-invalid', named), false], [new StudioError('graph-failed', named, quote('no such kernel')), false],
    [new StudioError('graph-failed', named, quote('std::bad_alloc')), true], [new StudioError('out-of-memory', say`There is too little of it.`), true],
  ] as const) {
    const failure = await asResult(async () => { throw error; });
    expect(!failure.ok && isOutOfMemory(failure)).toBe(memory);
  }
});
