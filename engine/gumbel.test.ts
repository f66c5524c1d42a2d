import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noiseOf, noiseWords, type NoiseAt } from './gumbel.ts';
import { choose, type SamplingRules } from './sampling.ts';

/** Noise of the first `vocab` codes. */
const gumbel = (at: NoiseAt, vocab: number): number[] => Array.from(noiseWords(at, new Uint32Array(vocab)), noiseOf);

interface Vectors {
  noise: { seed: number; t: number; vocab: number; last: number[] }[];
  classLogits: number[];
  nullLogits: number[];
  choices: { seed: number; rules: SamplingRules; tokens: number[] }[];
}
/** Made by `python -m models nano --kind sampling`. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/sampling.json'), 'utf8')) as Vectors;

test('noise is that of PyTorch\'s side', () => {
  for (const { seed, t, vocab, last } of golden.noise) {
    gumbel({ seed, t }, vocab).slice(-last.length).forEach((value, i) => expect(value).toBeCloseTo(last[i]!, 12));
  }
});

test('noise depends on seed, position and code alone', () => {
  const long = gumbel({ seed: 3, t: 5 }, 1000);
  expect(gumbel({ seed: 3, t: 5 }, 10)).toEqual(long.slice(0, 10));
  for (const other of [{ seed: 4, t: 5 }, { seed: 3, t: 6 }]) {
    const noise = gumbel(other, 1000);
    expect(noise.some((value, i) => value === long[i])).toBe(false);
  }
  expect(new Set(long).size).toBe(1000);
});

test('chosen tokens are those of PyTorch\'s side, with every rule', () => {
  for (const { seed, rules, tokens } of golden.choices) {
    const rows = { classLogits: Float32Array.from(golden.classLogits), nullLogits: rules.guidance === 1 ? null : Float32Array.from(golden.nullLogits) };
    expect(tokens.map((_, t) => choose(rows, rules, { seed, t }).token)).toEqual(tokens);
  }
});
