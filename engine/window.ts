/**
 * Exact parallel decoding (docs/model.md "Several tokens a pass"): the tokens of one image, the settled ones and drafts of those behind
 * them. With noise fixed by position a token is a function of the tokens before it, x_t = F_t(x_<t). A pass computes F at the
 * positions of the window, from drafts where tokens are not known yet. Up to and with the first position whose answer is not
 * its draft answers are right; those behind it are the next drafts. A window of one is decoding one token at a time.
 * Sources: Wiggers & Hoogeboom (ICML 2020), Song et al. (ICML 2021).
 */
export const MOST_POSITIONS = 64;

/** Where the draft of `t` is copied from: the token above; in the first row the one to the left, -1 for the first token. */
export const draftFrom = (t: number, width: number): number => (t >= width ? t - width : t - 1);

/** The tokens of drafts made before a window was answered (Window.behind), once its answers are there. */
export const draftTokens = (drafts: readonly number[], answers: readonly number[]): number[] => drafts.map((known) => (known < 0 ? answers[~known]! : known));

export class Window {
  /** x_t of the settled tokens, then drafts up to the window's end. */
  readonly tokens: Int32Array;
  /** Tokens that are final. */
  settled = 0;
  readonly #size: number;
  readonly #width: number;
  readonly #forced: (t: number) => number | undefined;

  /** tokens: T; width: W; size: positions of a pass; forced: tokens that stand already, whatever the model answers. */
  constructor(tokens: number, width: number, size: number, forced: (t: number) => number | undefined) {
    this.tokens = new Int32Array(tokens);
    this.#size = Math.min(size, tokens);
    this.#width = width;
    this.#forced = forced;
    this.#draft(0);
  }

  /** The position behind the window's last one. */
  get end(): number {
    return Math.min(this.settled + this.#size, this.tokens.length);
  }

  /** Drafts of the positions from `start` to the window's end. */
  #draft(start: number): void {
    for (let t = start; t < this.end; t++) this.tokens[t] = this.#forced(t) ?? (t === 0 ? 0 : this.tokens[draftFrom(t, this.#width)]!);
  }

  /**
   * Drafts of the positions behind the window that the next one may ask about, before this one is answered: a token that is known,
   * or ~k for the answer to the k-th position. What follows the last token but one is left out: nothing reads the last one.
   */
  behind(): number[] {
    const { settled, end, tokens } = this;
    const drafts: number[] = [];
    for (let t = end; t < Math.min(2 * end - settled - 1, tokens.length - 1); t++) {
      const from = draftFrom(t, this.#width);
      drafts.push(this.#forced(t) ?? (from < settled ? tokens[from]! : from < end ? ~(from - settled) : drafts[from - end]!));
    }
    return drafts;
  }

  /** Takes the answer of every position of the window; returns how many tokens they settle, at least one. */
  settle(answers: readonly number[]): number {
    const { settled, end, tokens } = this;
    const wrong = answers.findIndex((token, i) => token !== tokens[settled + i]);
    const count = wrong < 0 ? end - settled : wrong + 1;
    tokens.set(answers, settled);
    this.settled += count;
    this.#draft(end);
    return count;
  }
}
