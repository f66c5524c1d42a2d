/** Patchify (paper Alg. 3): which tokens open a patch, offline on stored entropies and online while decoding. */
import type { OpenReason } from './log.ts';
import { isStatic, type Settings } from './settings.ts';

export type Rules = Pick<Settings, 'entropyThreshold' | 'maxPatchLength' | 'entropyGate' | 'lengthGate' | 'rowReset' | 'staticLength'>;

/** The tokens of a closed patch: start <= i <= end. */
export interface Span {
  start: number;
  end: number;
}

/** The online form: ask for tokens in order; the answer for i needs only e_i, known before x_i is. */
export class PatchGate {
  readonly #rules: Rules;
  readonly #width: number;
  readonly #static: boolean;
  /** fround(E_th), as entropies are float32. */
  readonly #threshold: number;
  #i = 0;
  #length = 0;

  constructor(rules: Rules, width: number) {
    this.#rules = rules;
    this.#width = width;
    this.#static = isStatic(rules as Settings);
    this.#threshold = Math.fround(rules.entropyThreshold);
  }

  /** One that has been asked the same, and is asked on its own from here. */
  copy(): PatchGate {
    const copy = new PatchGate(this.#rules, this.#width);
    copy.#i = this.#i;
    copy.#length = this.#length;
    return copy;
  }

  /** Every true reason why the next token opens a patch; empty: it joins the open one. `entropy` in nats, null where unknown. */
  next(entropy: number | null): OpenReason[] {
    const i = this.#i++;
    const reasons = this.#static ? this.#staticReasons(i) : this.#dynamicReasons(i, entropy);
    this.#length = reasons.length > 0 ? 1 : this.#length + 1;
    return reasons;
  }

  #staticReasons(i: number): OpenReason[] {
    if (i === 0) return ['first'];
    const length = this.#rules.staticLength ?? Infinity;
    return Math.floor(i / length) > Math.floor((i - 1) / length) ? ['static'] : [];
  }

  #dynamicReasons(i: number, entropy: number | null): OpenReason[] {
    if (i === 0) return ['first'];
    const { entropyGate, lengthGate, rowReset, maxPatchLength } = this.#rules;
    const reasons: OpenReason[] = [];
    if (i === 1) reasons.push('second');
    if (rowReset && i % this.#width === 0) reasons.push('row');
    if (lengthGate && this.#length >= maxPatchLength) reasons.push('full');
    if (entropyGate && entropy !== null && entropy > this.#threshold) reasons.push('entropy');
    return reasons;
  }
}

export interface Patches {
  /** Reasons per token; empty: joins. */
  opens: OpenReason[][];
  /** Tokens of each patch, in order. */
  spans: Span[];
}

/** The whole image at once: e_i of every token (e_0 null or +Infinity) on a grid of `width` columns. */
export function patchify(entropies: ArrayLike<number | null>, rules: Rules, width: number): Patches {
  const gate = new PatchGate(rules, width);
  const opens = Array.from({ length: entropies.length }, (_, i) => gate.next(entropies[i] ?? null));
  return { opens, spans: spansOf(opens) };
}

/** Spans of the patches that `opens` describes. */
function spansOf(opens: readonly (readonly OpenReason[])[]): Span[] {
  const spans: Span[] = [];
  opens.forEach((reasons, i) => {
    const last = spans.at(-1);
    if (reasons.length > 0 || !last) spans.push({ start: i, end: i });
    else last.end = i;
  });
  return spans;
}
