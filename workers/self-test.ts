import { PackError, toTagged } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { parseGolden, type Golden } from '../engine/golden.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { DecodeGraphs, TokenRequest } from '../engine/graphs.ts';
import type { BrowserBackend } from '../engine/log.ts';
import type { BackendTrial } from './messages.ts';

export interface TrialOptions {
  backend: BrowserBackend;
  /** Largest absolute difference allowed on entropies and logits. */
  tolerance: number;
  /** Class index of the null class, which the second row is of. */
  nullClass: number;
  /** False for packs that generate without the entropy model. Default true. */
  entropies?: boolean;
  /** True for packs whose entropies are the null row's. Default false. */
  nullEntropy?: boolean;
  /** Milliseconds a token of the best backend so far: a clearly slower one is given up early. */
  best?: number;
  onToken?: (done: number, of: number) => void;
  now?: () => number;
}

/** At most this many tokens; from MIN_TOKENS on only while the budget lasts, once logits were compared. */
const TOKENS = 16;
const MIN_TOKENS = 6;
const BUDGET_MS = 250;
/** The first steps open sessions, compile shaders and let WebAssembly warm up: not timed. */
const WARM = 4;
/** Times slower than the best so far: hopeless while still warming up, and once warm. */
const HOPELESS = 10;
const CLEARLY = 3;

/** Recording kernels saves some milliseconds of the processor a token; where a token takes longer than this, that is nothing. */
const RECORD_BELOW_MS = 100;
/** What has to be won: recorded kernels are one more thing that a driver can get wrong. */
const WON = 0.95;

/** Tokens are given, so that what is sampled matters not; steps as a run takes them are what is timed. */
const LIKELIEST = { guidance: 2, temperature: 1, topK: 0, topP: 1 };

/** Both golden rows of a position, where it has logits. */
const goldenLogits = (golden: Golden, t: number) => {
  const i = golden.positions.indexOf(t);
  const [own, empty] = [golden.logits_class[i], golden.logits_null[i]];
  return own?.length && empty?.length ? [own, empty] as const : null;
};

/** Nothing would be compared with what the decoder gives. */
const noLogits = () => new PackError('manifest-invalid', say`golden.json has no logits of the first ${TOKENS} tokens. Export the pack again.`);

/** Tokens that are decoded, at most. */
const tokensOf = (golden: Golden) => Math.min(TOKENS, golden.tokens.length - 1);

/** Largest absolute difference; infinite where a value is missing or not a number, so that it never passes. */
const distance = (got: ArrayLike<number>, want: ArrayLike<number>) => {
  let most = 0;
  for (let i = 0; i < want.length; i++) {
    const d = Math.abs((got[i] ?? NaN) - want[i]!);
    most = Math.max(most, Number.isNaN(d) ? Infinity : d);
  }
  return most;
};

/** Throws `manifest-invalid` where golden.json is not of this pack, or there is nothing to compare logits with. */
export function checkGolden(json: unknown, manifest: Pick<Manifest, 'classes' | 'grid' | 'vocab'>): Golden {
  const golden = parseGolden(json, manifest);
  if (!golden.positions.some((t) => t < tokensOf(golden))) throw noLogits();
  return golden;
}

/** Decodes the first golden tokens, guided and teacher-forced, and compares every entropy (where the pack uses them) and the golden logits. */
export async function tryBackend(graphs: DecodeGraphs, golden: Golden, options: TrialOptions): Promise<BackendTrial> {
  const { backend, tolerance, nullClass, entropies = true, nullEntropy = false, best = Infinity, onToken, now = () => performance.now() } = options;
  const trial: BackendTrial = { backend, correct: false, msPerToken: null, maxError: null, reason: null };
  let worst = 0;
  let compared = false;
  const see = (error: number) => { worst = Math.max(worst, error); };
  let start = 0;
  let patch = -1;
  let spent = 0;
  try {
    const batch = graphs.begin([golden.class], [nullClass], 1);
    const tokens = tokensOf(golden);
    for (let t = 0; t < tokens; t++) {
      const began = now();
      if (golden.opens[t]) {
        await batch.patchStep([{ image: 0, slot: ++patch, span: t === 0 ? null : { start, end: t - 1 } }]);
        start = t;
      }
      const token = golden.tokens[t]!;
      const want = goldenLogits(golden, t);
      let entropy: number | null = null;
      if (want || !batch.tokenStep) {
        const { classLogits, nullLogits } = (await batch.decoderStep([{ image: 0, t, patch }]))[0]!;
        if (want) {
          compared = true;
          see(distance(classLogits, want[0]));
          see(distance(nullLogits ?? [], want[1]));
        }
        const steps = [{ image: 0, t, token }];
        await batch.encoderStep(steps);
        if (entropies) entropy = (await batch.entropyStep(steps))[0]!;
      } else {
        const request: TokenRequest = { image: 0, t, patch, rules: LIKELIEST, seed: 0, forced: token, nullEntropy: nullEntropy && t > 0 };
        const answer = await batch.tokenStep([request], [], entropies, async (_stage, _images, run) => run());
        entropy = answer.entropies[0] ?? null;
        if (request.nullEntropy) see(distance([answer.results[0]!.nullEntropy!], [golden.entropies[t]!]));
      }
      if (entropies) see(distance([entropy!], [golden.entropies[t + 1]!]));
      onToken?.(t + 1, tokens);
      const ms = now() - began;
      if (t >= WARM) spent += ms;
      // The very first step is all preparation, so it does not count.
      if (t > 0) trial.msPerToken = t < WARM ? ms : spent / (t + 1 - WARM);
      if (trial.msPerToken !== null && trial.msPerToken > (t < WARM ? HOPELESS : CLEARLY) * best) {
        trial.reason = say`clearly slower`;
        break;
      }
      if (compared && t + 1 >= MIN_TOKENS && spent > BUDGET_MS) break;
    }
    if (!compared && trial.reason === null) throw noLogits();
    trial.maxError = worst;
    trial.correct = worst <= tolerance;
    if (!trial.correct) trial.reason = say`its numbers differ from the golden ones by ${worst.toPrecision(2)}`;
  } catch (error) {
    trial.reason = toTagged(error).message;
  } finally {
    graphs.dispose();
  }
  return trial;
}

/** Whether recorded kernels are worth a try on a backend that went so without. */
export const worthRecording = ({ backend, correct, msPerToken, reason }: BackendTrial): boolean =>
  backend === 'webgpu' && correct && reason === null && msPerToken !== null && msPerToken < RECORD_BELOW_MS;

/** One trial of two on the same GPU: recorded kernels are used where they are right and faster. */
export function withRecorded(plain: BackendTrial, recorded: BackendTrial): BackendTrial {
  const { msPerToken } = recorded;
  const used = recorded.correct && recorded.reason === null && msPerToken !== null && msPerToken < WON * plain.msPerToken!;
  return { ...(used ? recorded : plain), capture: { used, msPerToken, withoutMs: plain.msPerToken! } };
}

/** The fastest correct trial, or null. The others get the reason why they were not taken. */
export function chooseTrial(trials: BackendTrial[]): BackendTrial | null {
  const ms = (trial: BackendTrial) => trial.msPerToken ?? Infinity;
  const best = trials.filter((trial) => trial.correct).sort((a, b) => ms(a) - ms(b))[0] ?? null;
  for (const trial of trials) if (trial.correct && trial !== best) trial.reason ??= say`slower`;
  if (best) best.reason = null;
  return best;
}
