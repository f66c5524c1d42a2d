import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noiseOf, noiseWords } from '../engine/gumbel.ts';
import { philox } from '../engine/philox.ts';
import { distribution, guide, type Choice } from '../engine/sampling.ts';
import type { SampleCase } from './pages/gpu.ts';

const RULES = [
  { guidance: 2, temperature: 1, topK: 0, topP: 1 }, { guidance: 1, temperature: 1, topK: 0, topP: 1 }, { guidance: 1.75, temperature: 0.5, topK: 0, topP: 1 },
  { guidance: 4, temperature: 1, topK: 1, topP: 1 }, { guidance: 2, temperature: 1, topK: 7, topP: 1 }, { guidance: 2, temperature: 1.3, topK: 0, topP: 0.9 },
  { guidance: 2, temperature: 1, topK: 20, topP: 0.47 }, { guidance: 2, temperature: 2, topK: 0, topP: 0.01 }, { guidance: 2, temperature: 0, topK: 0, topP: 1 },
];
/** Not multiples of the threads among them, fewer than threads, and as many as the paper's codebook. */
const VOCABS = [12, 64, 256, 1000, 1024, 16_384];

/** Logits as models give them, and with many ties; every vocabulary with every rule. */
export function sampleCases(): SampleCase[] {
  let counter = 0;
  const next = () => philox([counter++, 0, 0, 0], [20, 0])[0] / 2 ** 32;
  return VOCABS.flatMap((vocab) => RULES.flatMap((rules) => [false, true].map((ties): SampleCase => {
    const logits = () => Array.from({ length: vocab }, () => (ties ? Math.floor(4 * next()) : Math.fround(4 * (next() + next() + next() - 1.5))));
    const classLogits = logits();
    const nullLogits = rules.guidance === 1 ? null : logits();
    return { classLogits, nullLogits, rules, at: { seed: Math.floor(2 ** 32 * next()), t: counter }, ...(next() < 0.15 && { forced: Math.floor(next() * vocab) }) };
  })));
}

/** The golden vectors that PyTorch's side made (`python -m models nano --kind sampling`). */
export function goldenCases(): { sample: SampleCase; token: number }[] {
  interface Golden { classLogits: number[]; nullLogits: number[]; choices: { seed: number; rules: SampleCase['rules']; tokens: number[] }[] }
  const { classLogits, nullLogits, choices } = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/sampling.json'), 'utf8')) as Golden;
  return choices.flatMap(({ seed, rules, tokens }) => tokens.map((token, t) => ({
    sample: { classLogits, nullLogits: rules.guidance === 1 ? null : nullLogits, rules, at: { seed, t } }, token,
  })));
}

type Answer = Choice & { nullEntropy: number | null };

/** Largest error of a probability, of float32 sums over a vocabulary. */
const CLOSE = 2e-5;
/** Largest error of a logit over the temperature with its noise, both in float32. */
const TIE = 1e-4;
const close = (a: number | null, b: number | null) => (a === null || b === null ? a === b : Math.abs(Math.exp(a) - Math.exp(b)) <= CLOSE);

/**
 * What is wrong with a choice; null where it is the processor's within the tolerance: another token only where
 * logit and noise of the two are as close as float32 holds them, other alternatives only where their probabilities are that close.
 */
export function wrongWith({ classLogits, nullLogits, rules, at, forced }: SampleCase, got: Answer, want: Answer): string | null {
  const guided = guide({ classLogits: Float32Array.from(classLogits), nullLogits: nullLogits && Float32Array.from(nullLogits) }, rules.guidance);
  const p = distribution(guided, rules);
  const words = noiseWords(at, new Uint32Array(p.length));
  const height = (token: number) => guided[token]! / rules.temperature + noiseOf(words[token]!);
  const tied = forced === undefined && rules.temperature > 0 && Math.abs(height(got.token) - height(want.token)) <= TIE;
  if (got.token !== want.token && !(tied && p[got.token]! > 0)) return `token ${got.token} in place of ${want.token}`;
  if (got.token === want.token && !(close(got.logprob, want.logprob) && close(got.classLogprob, want.classLogprob))) return `log-probabilities ${got.logprob}, ${got.classLogprob} in place of ${want.logprob}, ${want.classLogprob}`;
  if (!(Math.abs(got.nullEntropy! - want.nullEntropy!) <= 1e-4)) return `entropy ${got.nullEntropy} in place of ${want.nullEntropy}`;
  if (got.alternatives.length !== want.alternatives.length) return `${got.alternatives.length} alternatives in place of ${want.alternatives.length}`;
  for (const [i, [id, share]] of got.alternatives.entries()) {
    const [, most] = want.alternatives[i]!;
    if (Math.abs(share - most) > CLOSE || Math.abs(p[id]! - share) > CLOSE) return `alternative ${i}: ${id} with ${share} in place of ${want.alternatives[i]!.join(' with ')}`;
  }
  return null;
}
