/** From logits to a token: guidance, temperature, top-k, top-p, Gumbel noise (docs/packs.md "Shared conventions"). */
import { StudioError } from './errors.ts';
import { say } from './phrase.ts';
import { noiseOf, noiseWords, uniformOf, type NoiseAt } from './gumbel.ts';
import type { Settings } from './settings.ts';

export type SamplingRules = Pick<Settings, 'guidance' | 'temperature' | 'topK' | 'topP'>;

/** Logits [V] of the class row and, with guidance, of the row to move away from: the null class's, or another's (engine/against.ts). */
export interface DecodeLogits {
  classLogits: Float32Array;
  nullLogits: Float32Array | null;
}

/** Rows of an image in patch transformer and decoder: the class row, and under guidance the null class's or another's. */
export type Groups = 1 | 2;

/** Guidance with scale 1 runs without null rows. */
export const groupsOf = (rules: Pick<Settings, 'guidance'>): Groups => (rules.guidance === 1 ? 1 : 2);

/** Guided logits [V] in float64: null + s (class - null), into `guided`. Throws `graph-failed` on a value that is not finite. */
export function guide({ classLogits, nullLogits }: DecodeLogits, guidance: number, guided: Float64Array = new Float64Array(classLogits.length)): Float64Array {
  let finite = true;
  for (let i = 0; i < guided.length; i++) {
    const value = nullLogits ? nullLogits[i]! + guidance * (classLogits[i]! - nullLogits[i]!) : classLogits[i]!;
    finite &&= Number.isFinite(value);
    guided[i] = value;
  }
  if (!finite) {
    throw new StudioError('graph-failed', say`The decoder gave logits that are not finite numbers. Try the other backend, or the variant fp32.`);
  }
  return guided;
}

function largest(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  return max;
}

/** softmax(logits / temperature) [V] in float64, into `p`. */
export function softmax(logits: ArrayLike<number>, temperature = 1, p: Float64Array = new Float64Array(logits.length)): Float64Array {
  const max = largest(logits);
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i] = Math.exp((logits[i]! - max) / temperature);
  for (let i = 0; i < p.length; i++) p[i]! /= sum;
  return p;
}

/** softmax(logits)[token] without the rest of it. */
function probabilityOf(logits: ArrayLike<number>, token: number): number {
  const max = largest(logits);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - max);
  return Math.exp(logits[token]! - max) / sum;
}

/** Entropy in nats of softmax(logits). */
export function entropyOf(logits: ArrayLike<number>): number {
  const max = largest(logits);
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp(logits[i]! - max);
    sum += weight;
    weighted += weight * (logits[i]! - max);
  }
  return Math.log(sum) - weighted / sum;
}

/** e_t of the null class's row, before guidance and temperature: of the one row there is where that has no class either. */
export const nullEntropyOf = ({ classLogits, nullLogits }: DecodeLogits): number => entropyOf(nullLogits ?? classLogits);

/** The lowest id of the largest value. */
function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Ids by falling value; ties: the lowest id first. */
const ranked = (values: Float64Array): number[] => Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);

/**
 * The distribution [V] that is sampled from: temperature (0 puts all on the argmax), then the topK likeliest (0: all),
 * then the fewest of those that hold at least the share topP, renormalised. Where nothing is left out it stands in `room`.
 */
export function distribution(logits: Float64Array, { temperature, topK, topP }: Omit<SamplingRules, 'guidance'>, room?: Float64Array): Float64Array {
  if (temperature === 0) {
    const point = new Float64Array(logits.length);
    point[argmax(logits)] = 1;
    return point;
  }
  const p = softmax(logits, temperature, room);
  if ((topK === 0 || topK >= p.length) && topP >= 1) return p;
  // Ranked by logit: a small temperature rounds unequal logits to equal probabilities.
  const kept = ranked(logits).slice(0, topK === 0 ? p.length : topK);
  const mass = kept.reduce((sum, i) => sum + p[i]!, 0);
  const out = new Float64Array(p.length);
  let total = 0;
  for (const i of kept) {
    out[i] = p[i]!;
    total += p[i]!;
    if (total >= topP * mass) break;
  }
  for (let i = 0; i < out.length; i++) out[i]! /= total;
  return out;
}

/** Larger than any rounding of the comparison that it widens. */
const MARGIN = 1 + 1e-9;

/**
 * The code of the largest logit / temperature + Gumbel noise among those that `p`, their distribution, keeps; equal: the lowest id.
 * That draws from `p` exactly, and the same code stays the winner wherever the logits hardly change. `words` [V]: noiseWords.
 *
 * A code beats `most` where -ln u < exp(-most) p / max p, and -ln u is at least 1 - u: most codes are out without a logarithm.
 */
export function pick(logits: Float64Array, p: Float64Array, temperature: number, words: Uint32Array): number {
  if (temperature === 0) return argmax(p);
  const max = largest(logits);
  let [best, most, within] = [-1, -Infinity, Infinity];
  const likeliest = largest(p);
  for (let i = 0; i < p.length; i++) {
    if (p[i]! === 0 || (1 - uniformOf(words[i]!)) * likeliest > within * p[i]!) continue;
    const value = (logits[i]! - max) / temperature + noiseOf(words[i]!);
    if (value <= most) continue;
    best = i;
    most = value;
    within = MARGIN * Math.exp(-most);
  }
  return best;
}

/** The `count` likeliest [token, probability] of probability above 0. */
export function alternatives(p: Float64Array, count = 5): [number, number][] {
  const best: number[] = [];
  // What a value has to exceed: once there are `count`, the least of them.
  let least = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i]! <= least) continue;
    let at = best.length;
    while (at > 0 && p[best[at - 1]!]! < p[i]!) at--;
    best.splice(at, 0, i);
    if (best.length > count) best.pop();
    if (best.length === count) least = p[best[count - 1]!]!;
  }
  return best.map((i) => [i, p[i]!]);
}

export interface Choice {
  token: number;
  logprob: number | null;
  classLogprob: number | null;
  alternatives: [number, number][];
}

/** Natural log of a probability, null where it is 0. */
export const logOf = (probability: number): number | null => (probability > 0 ? Math.log(probability) : null);

/** Room for a vocabulary, used again for every token. */
let room = { guided: new Float64Array(0), p: new Float64Array(0), words: new Uint32Array(0) };

/** Chooses x_t with the noise of its seed and position, or scores `given` in its place. */
export function choose(logits: DecodeLogits, rules: SamplingRules, at: NoiseAt, given?: number): Choice {
  const vocab = logits.classLogits.length;
  if (room.words.length !== vocab) room = { guided: new Float64Array(vocab), p: new Float64Array(vocab), words: new Uint32Array(vocab) };
  const guided = guide(logits, rules.guidance, room.guided);
  const p = distribution(guided, rules, room.p);
  const token = given ?? pick(guided, p, rules.temperature, rules.temperature === 0 ? room.words : noiseWords(at, room.words));
  return { token, logprob: logOf(p[token]!), classLogprob: logOf(probabilityOf(logits.classLogits, token)), alternatives: alternatives(p) };
}
