import { uniform } from '../engine/philox.ts';
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
  const next = () => uniform(20, counter++);
  return VOCABS.flatMap((vocab) => RULES.flatMap((rules) => [false, true].map((ties): SampleCase => {
    const logits = () => Array.from({ length: vocab }, () => (ties ? Math.floor(4 * next()) : Math.fround(4 * (next() + next() + next() - 1.5))));
    const classLogits = logits();
    const nullLogits = rules.guidance === 1 ? null : logits();
    return { classLogits, nullLogits, rules, u: next(), ...(next() < 0.15 && { forced: Math.floor(next() * vocab) }) };
  })));
}

type Answer = Choice & { nullEntropy: number | null };

/** Largest error of a probability, of float32 sums over a vocabulary. */
const CLOSE = 2e-5;
const close = (a: number | null, b: number | null) => (a === null || b === null ? a === b : Math.abs(Math.exp(a) - Math.exp(b)) <= CLOSE);

/**
 * What is wrong with a choice; null where it is the processor's within the tolerance: another token only where u stands that
 * close to where the two meet, other alternatives only where their probabilities are that close.
 */
export function wrongWith({ classLogits, nullLogits, rules, u, forced }: SampleCase, got: Answer, want: Answer): string | null {
  const p = distribution(guide({ classLogits: Float32Array.from(classLogits), nullLogits: nullLogits && Float32Array.from(nullLogits) }, rules.guidance), rules);
  const upTo = (token: number) => p.subarray(0, token).reduce((sum, value) => sum + value, 0);
  const onEdge = forced === undefined && [got.token, got.token + 1].some((token) => Math.abs(upTo(token) - u) <= CLOSE);
  if (got.token !== want.token && !(onEdge && p[got.token]! > 0)) return `token ${got.token} in place of ${want.token}`;
  if (got.token === want.token && !(close(got.logprob, want.logprob) && close(got.classLogprob, want.classLogprob))) return `log-probabilities ${got.logprob}, ${got.classLogprob} in place of ${want.logprob}, ${want.classLogprob}`;
  if (!(Math.abs(got.nullEntropy! - want.nullEntropy!) <= 1e-4)) return `entropy ${got.nullEntropy} in place of ${want.nullEntropy}`;
  if (got.alternatives.length !== want.alternatives.length) return `${got.alternatives.length} alternatives in place of ${want.alternatives.length}`;
  for (const [i, [id, share]] of got.alternatives.entries()) {
    const [, most] = want.alternatives[i]!;
    if (Math.abs(share - most) > CLOSE || Math.abs(p[id]! - share) > CLOSE) return `alternative ${i}: ${id} with ${share} in place of ${want.alternatives[i]!.join(' with ')}`;
  }
  return null;
}
