import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { benches } from './all.ts';
import { main } from './run.ts';

const gpt = join(import.meta.dirname, '..', 'fixtures', 'models', 'nano-gpt');

test.each([
  ['no such pack', ['native', '--pack', 'nosuch'], 'error: There is no pack "nosuch". Use one of '],
  ['an empty pack', ['native', '--pack', ''], "error: option '--pack <name>' argument '' is invalid. It must not be empty."],
  ['a pack that a later bench cannot measure', ['overhead', 'native', '--pack', gpt], 'error: The bench native cannot measure the pack nano-gpt: it is of kind gpt, and packs of kind dpar are measured. '],
  ['a pack that not all can measure', ['--pack', gpt], 'error: The bench recompute cannot measure the pack nano-gpt'],
  ['no such bench', ['toString'], 'error: There is no bench "toString"; the benches are recompute, '],
])('%s is one line and exit code 2, before anything is measured', async (_, argv, words) => {
  const runs = benches.map((bench) => vi.spyOn(bench, 'run').mockRejectedValue(new Error('measured')));
  const err: string[] = [];
  expect(await main(argv, { out: (text) => err.push(text), err: (text) => err.push(text) })).toBe(2);
  expect(err).toEqual([expect.stringContaining(words)]);
  expect(err[0]!.split('\n')).toHaveLength(1);
  for (const run of runs) expect(run).not.toHaveBeenCalled();
});

test('every bench of patches refuses a pack without them', () => {
  const refuse = benches.filter(({ unfit }) => unfit?.({ kind: 'gpt' } as never) != null).map(({ name }) => name);
  expect(refuse.sort()).toEqual(['batch', 'dynamic', 'launches', 'native', 'recompute', 'steps', 'training', 'transformers']);
});
