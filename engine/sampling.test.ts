import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StudioError } from './errors.ts';
import { noiseOf, noiseWords } from './gumbel.ts';
import { alternatives, choose, distribution, entropyOf, groupsOf, guide, nullEntropyOf, pick, softmax, type SamplingRules } from './sampling.ts';

const logits = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 40 }).map((v) => Float64Array.from(v));
const sum = (p: Iterable<number>) => [...p].reduce((a, b) => a + b, 0);
const plain = { guidance: 1, temperature: 1, topK: 0, topP: 1 };

test('guidance is null + s (class - null)', () => {
  const rows = { classLogits: Float32Array.of(1, 2), nullLogits: Float32Array.of(3, 1) };
  expect([...guide(rows, 2)]).toEqual([-1, 3]);
  expect([...guide(rows, 0)]).toEqual([3, 1]);
  expect([...guide({ ...rows, nullLogits: null }, 1)]).toEqual([1, 2]);
  expect([groupsOf({ guidance: 1 }), groupsOf({ guidance: 1.5 }), groupsOf({ guidance: 0 })]).toEqual([1, 2, 2]);
});

test('the entropy of logits, in nats: that of their softmax; the null row where there is one', () => {
  fc.assert(fc.property(logits, (values) => {
    const p = softmax(values);
    expect(entropyOf(values)).toBeCloseTo(-sum(p.map((x) => (x > 0 ? x * Math.log(x) : 0))), 9);
  }));
  expect(entropyOf(new Float32Array(12))).toBeCloseTo(Math.log(12), 12);
  const rows = { classLogits: new Float32Array(3), nullLogits: Float32Array.of(50, 0, 0) };
  expect(nullEntropyOf(rows)).toBeCloseTo(0, 12);
  expect(nullEntropyOf({ ...rows, nullLogits: null })).toBeCloseTo(Math.log(3), 12);
});

test('logits that are not finite are a failed graph', () => {
  for (const value of [NaN, Infinity]) {
    const bad = () => guide({ classLogits: Float32Array.of(0, value), nullLogits: null }, 1);
    expect(bad).toThrow(StudioError);
    expect(bad).toThrow(/not finite/);
  }
});

test('distributions sum to 1, top-k keeps k, top-p keeps the fewest that hold p', () => {
  fc.assert(fc.property(logits, fc.integer({ min: 0, max: 50 }), fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.05, max: 3, noNaN: true }), (v, topK, topP, temperature) => {
    const p = distribution(v, { temperature, topK, topP });
    expect(sum(p)).toBeCloseTo(1, 9);
    const kept = [...p].filter((x) => x > 0).length;
    if (topK > 0) expect(kept).toBeLessThanOrEqual(topK);
    const full = distribution(v, { temperature, topK, topP: 1 });
    const held = [...full].filter((_, i) => p[i]! > 0).sort((a, b) => b - a);
    expect(sum(held)).toBeGreaterThanOrEqual(topP - 1e-9);
    expect(sum(held.slice(0, -1))).toBeLessThan(topP + 1e-9);
  }));
});

test('temperature 0 is greedy with ties to the lowest id; top-k 1 agrees', () => {
  const v = Float64Array.of(1, 5, 5, 2);
  expect([...distribution(v, { temperature: 0, topK: 0, topP: 1 })]).toEqual([0, 1, 0, 0]);
  expect([...distribution(v, { temperature: 1, topK: 1, topP: 1 })]).toEqual([0, 1, 0, 0]);
});

test('the largest logit with its noise among those that stay; equal: the lowest id', () => {
  const v = Float64Array.of(1, 3, 3, 2);
  const p = distribution(v, { temperature: 1, topK: 3, topP: 1 });
  /** Words of these noises, as near as 32 bits are. */
  const words = (...noises: number[]) => Uint32Array.from(noises, (noise) => Math.exp(-Math.exp(-noise)) * 2 ** 32 - 0.5);
  expect(pick(v, p, 1, words(9, 0, 0, 0))).toBe(1);
  expect(pick(v, p, 1, words(9, 0, 0.5, 0))).toBe(2);
  expect(pick(v, p, 1, words(9, 0, 0.5, 1.6))).toBe(3);
  expect(pick(v, p, 0.5, words(9, 0, 0.5, 1.6))).toBe(2);
  expect(pick(v, distribution(v, { temperature: 0, topK: 0, topP: 1 }), 0, words(9, 0, 5, 5))).toBe(1);
});

test('codes that are left out without a logarithm would not have won', () => {
  fc.assert(fc.property(logits, fc.integer({ min: 0, max: 9 }), fc.double({ min: 0.01, max: 4, noNaN: true }), fc.nat(), (values, topK, temperature, seed) => {
    const p = distribution(values, { temperature, topK, topP: 0.9 });
    const words = noiseWords({ seed, t: 3 }, new Uint32Array(values.length));
    const max = Math.max(...values);
    const heights = [...values].map((value, i) => (p[i]! > 0 ? (value - max) / temperature + noiseOf(words[i]!) : -Infinity));
    expect(pick(values, p, temperature, words)).toBe(heights.indexOf(Math.max(...heights)));
  }), { numRuns: 500 });
});

test.each([
  { guidance: 1, temperature: 1, topK: 0, topP: 1 }, { guidance: 2.5, temperature: 0.8, topK: 0, topP: 1 }, { guidance: 2, temperature: 1, topK: 5, topP: 1 },
  { guidance: 1.5, temperature: 1.4, topK: 0, topP: 0.7 }, { guidance: 2, temperature: 1, topK: 9, topP: 0.9 },
] satisfies SamplingRules[])('choices follow the filtered softmax: chi-square, %o', (rules) => {
  const vocab = 12;
  const rows = {
    classLogits: Float32Array.from({ length: vocab }, (_, i) => Math.sin(1.7 * i)),
    nullLogits: rules.guidance === 1 ? null : Float32Array.from({ length: vocab }, (_, i) => Math.cos(2.3 * i)),
  };
  const p = distribution(guide(rows, rules.guidance), rules);
  const count = 20_000;
  const counts = new Float64Array(vocab);
  for (let i = 0; i < count; i++) counts[choose(rows, rules, { seed: i * 7919, t: i % 256 }).token]!++;
  let statistic = 0;
  p.forEach((share, i) => {
    if (share === 0) expect(counts[i]).toBe(0);
    else statistic += (counts[i]! - count * share) ** 2 / (count * share);
  });
  const freedom = p.filter((share) => share > 0).length - 1;
  // Above the 99.99th percentile for every number of degrees from 1 to 11.
  expect(statistic).toBeLessThan(freedom + 3.72 * Math.sqrt(2 * freedom) + 10);
});

test('alternatives are the likeliest first, ties to the lowest id, zeros left out', () => {
  expect(alternatives(Float64Array.of(0.1, 0.3, 0.1, 0.3, 0, 0.2), 4)).toEqual([[1, 0.3], [3, 0.3], [5, 0.2], [0, 0.1]]);
  fc.assert(fc.property(logits, (v) => {
    const p = softmax(v);
    const want = [...p].map((x, i) => [i, x] as const).filter(([, x]) => x > 0).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 5);
    expect(alternatives(p)).toEqual(want);
  }));
});

test('choices carry log-probabilities; a given token outside the filter has none', () => {
  const rows = { classLogits: Float32Array.of(0, Math.log(3)), nullLogits: null };
  const free = choose(rows, plain, { seed: 0, t: 0 });
  expect(free.token).toBe(1);
  expect(free.logprob).toBeCloseTo(Math.log(0.75), 6);
  expect(free.classLogprob).toBeCloseTo(Math.log(0.75), 6);
  expect(choose(rows, { ...plain, temperature: 0 }, { seed: 0, t: 0 }, 0)).toMatchObject({ token: 0, logprob: null, alternatives: [[1, 1]] });
});
