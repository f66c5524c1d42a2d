/** Which window (engine/window.ts) decodes fastest here: passes of each size are timed on golden tokens, how many an image takes is the pack's to say. */
import { decode } from '../engine/decode.ts';
import type { DecodeGraphs } from '../engine/graphs.ts';
import type { Manifest } from '../engine/manifest.ts';
import { median } from '../engine/statistics.ts';
import type { Backend } from '../engine/log.ts';
import type { Golden } from '../engine/golden.ts';

export interface WindowTrial {
  window: number;
  msPerPass: number;
  /** Expected, of an image as the pack's exporter decoded some. */
  tokensPerSecond: number;
}

export interface WindowChoice {
  window: number;
  trials: WindowTrial[];
}

/** Windows that are tried, from the smallest. */
const WINDOWS = [1, 4, 8, 16, 32];
/** Passes of each, after one that opens sessions and compiles shaders. */
const PASSES = 4;
/** No further window is tried once all this is spent: a slow device opens no later for it. */
const BUDGET_MS = 1500;
/** What has to be won over one token a pass: many rows are one more thing that a driver can get wrong. */
const WON = 1.05;

/**
 * Bytes of float32 weights, twice, from which on a CPU goes without windows beside steps: their sessions hold the model once more.
 * The heap of WebAssembly has 4 GiB at most, and what it has grown to it keeps.
 */
const TWICE = 1.5 * 2 ** 30;

/** Whether graphs that take several positions may be open beside those that take one. */
export const roomForWindows = ({ model }: Pick<Manifest, 'model'>, backend: Backend): boolean => backend === 'webgpu' || 2 * 4 * model.parameters <= TWICE;

/** Milliseconds of a pass that settles its whole window. Throws where an entropy is not the golden one, or the probability of a golden token another than `one` has of it: by its place, from passes of one token. */
async function timePass(graphs: DecodeGraphs, manifest: Manifest, golden: Golden, window: number, one: Map<number, number>, { tolerance, now }: Required<ChoiceOptions>): Promise<number> {
  const times: number[] = [];
  const request = { class: golden.class, seed: 0, settings: manifest.defaults, given: golden.tokens };
  const passes = decode(graphs, manifest, [request], { window });
  while (times.length <= PASSES) {
    const before = now();
    const { value, done } = await passes.next();
    if (done) break;
    times.push(now() - before);
    for (const { t, entropy, classLogprob } of value[0]!.events) {
      const want = golden.entropies[t] ?? null;
      if (entropy !== null && want !== null && !(Math.abs(entropy - want) <= tolerance)) throw new Error(`entropy ${entropy} of token ${t}, not ${want}`);
      if (classLogprob === null) continue;
      const alone = one.get(t);
      if (window === 1) one.set(t, classLogprob);
      // A logit and the sum of all are off by as much each.
      else if (alone !== undefined && !(Math.abs(classLogprob - alone) <= 2 * tolerance)) throw new Error(`log-probability ${classLogprob} of token ${t}, not ${alone}`);
    }
  }
  await passes.return();
  graphs.dispose();
  return median(times.slice(1));
}

export interface ChoiceOptions {
  /** Largest absolute difference of an entropy from the golden one, and of a logit from that of a pass of one token. */
  tolerance: number;
  now?: () => number;
}

/** Stops at the first window that is slower than the one before, fails, or gives other entropies or probabilities. One without counts in the pack is left out. */
export async function chooseWindow(graphs: DecodeGraphs, manifest: Manifest, golden: Golden, { tolerance, now = () => performance.now() }: ChoiceOptions): Promise<WindowChoice> {
  const { tokens } = manifest.grid;
  const trials: WindowTrial[] = [];
  const began = now();
  const one = new Map<number, number>();
  const known = new Map(manifest.passes?.by.map(({ window, mean }) => [window, mean]));
  for (const window of WINDOWS) {
    const passes = window === 1 ? tokens : known.get(window);
    if (passes === undefined || known.size === 0 || window > Math.min(graphs.mostPositions, tokens / 4) || now() - began > BUDGET_MS) continue;
    try {
      const msPerPass = await timePass(graphs, manifest, golden, window, one, { tolerance, now });
      trials.push({ window, msPerPass, tokensPerSecond: (1000 * tokens) / (passes * msPerPass) });
    } catch {
      graphs.dispose();
      break;
    }
    const [last, before] = [trials.at(-1)!, trials.at(-2)];
    if (before && last.tokensPerSecond < before.tokensPerSecond) break;
  }
  const alone = trials[0]?.tokensPerSecond ?? Infinity;
  const best = trials.filter(({ tokensPerSecond }) => tokensPerSecond > WON * alone).sort((a, b) => b.tokensPerSecond - a.tokensPerSecond)[0];
  return { window: best?.window ?? 1, trials };
}
