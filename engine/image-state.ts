/** Where one image of a batch stands in its decoding. */
import { endsInNullRow } from './against.ts';
import type { DecodeRequest } from './decode-request.ts';
import { StudioError } from './errors.ts';
import { say } from './phrase.ts';
import type { PatchStep, TokenRequest, TokenResult, TokenStep } from './graphs.ts';
import type { OpenReason, StageTimes, TokenEvent } from './log.ts';
import { decodesWithNullEntropies, type Manifest } from './manifest.ts';
import { PatchGate } from './patchify.ts';
import { isTokenByToken } from './settings.ts';
import { Window } from './window.ts';

/** What the gate says of a position of the window, by the drafts before it. */
interface Ahead {
  opens: OpenReason[];
  patch: number;
}

export class ImageState {
  /** In the batch. */
  readonly image: number;
  /** Of the pass under way. */
  times: StageTimes = {};
  readonly #request: DecodeRequest;
  readonly #window: Window;
  /** Has been asked about every settled token. */
  readonly #gate: PatchGate;
  /** Whether the entropy model runs for it. */
  readonly scored: boolean;
  /** Whether the null class's row makes its entropies. */
  readonly #nullRow: boolean;
  /** e_t of the settled tokens, and by the drafts. */
  readonly #entropies: (number | null)[] = [];
  #ahead: Ahead[] = [];
  #passes: number;
  /** The last settled token's patch, and its first token. */
  #patch = -1;
  #start = 0;

  /** window: positions of a pass. */
  constructor(image: number, request: DecodeRequest, manifest: Manifest, window: number) {
    const { grid } = manifest;
    const { settings, resume = [] } = request;
    this.image = image;
    this.#request = request;
    this.#window = new Window(grid.tokens, grid.width, window, (t) => this.#forced(t));
    this.scored = !isTokenByToken(settings);
    this.#nullRow = decodesWithNullEntropies(manifest) && endsInNullRow(manifest, request);
    this.#gate = new PatchGate(settings, grid.width);
    this.#passes = resume.at(-1)?.pass ?? resume.length;
  }

  /** The token that stands at t already. */
  #forced(t: number): number | undefined {
    return this.#request.resume?.[t]?.token ?? this.#request.given?.[t];
  }

  get complete(): boolean {
    return this.#window.settled === this.#window.tokens.length;
  }

  /** Complete, or stopped. */
  get ended(): boolean {
    return this.complete || (this.#request.signal?.aborted ?? false);
  }

  /** Tokens behind the settled ones as they are guessed at now. */
  get drafts(): number[] {
    return [...this.#window.tokens.subarray(this.#window.settled, this.#window.end)];
  }

  /** Another backend, or another number of rows, rounds differently; a token on the edge of the threshold must not change its patch. */
  #entropy(t: number): number | null {
    const before = this.#request.resume?.[t];
    return before ? before.entropy : this.#entropies[t] ?? null;
  }

  /** Asks the gate along the window: what the patch transformer has to run on, the patch before each one that opens. */
  openPatches(): PatchStep[] {
    const gate = this.#gate.copy();
    const steps: PatchStep[] = [];
    this.#ahead = [];
    let patch = this.#patch;
    let start = this.#start;
    for (let t = this.#window.settled; t < this.#window.end; t++) {
      const opens = gate.next(this.#entropy(t));
      if (opens.length > 0) {
        steps.push({ image: this.image, slot: ++patch, span: t === 0 ? null : { start, end: t - 1 } });
        start = t;
      }
      this.#ahead.push({ opens, patch });
    }
    return steps;
  }

  /** The positions of the window. */
  requests(): TokenRequest[] {
    const { settings, seed } = this.#request;
    return this.#ahead.map(({ patch }, i) => {
      const t = this.#window.settled + i;
      return {
        image: this.image, t, patch, rules: settings, seed, forced: this.#forced(t),
        // The first token has no prediction in DPAR.
        nullEntropy: this.#nullRow && t > 0,
      };
    });
  }

  /** As in engine/window.ts. */
  draftsBehind(): number[] {
    return this.#window.behind();
  }

  /** Takes the answers of the window: the events of the tokens that they settle. */
  settle(results: readonly TokenResult[]): TokenEvent[] {
    const { given = [], resume = [] } = this.#request;
    const from = this.#window.settled;
    const count = this.#window.settle(results.map(({ choice }) => choice.token));
    // What a log holds already is decoded again in passes of its own.
    if (from + count > resume.length) this.#passes++;
    return results.slice(0, count).map(({ choice, nullEntropy }, i) => {
      const t = from + i;
      const { opens, patch } = this.#ahead[i]!;
      const entropy = nullEntropy === null ? this.#entropy(t) : resume[t]?.entropy ?? nullEntropy;
      this.#gate.next(this.#entropy(t));
      if (opens.length > 0) this.#start = t;
      this.#patch = patch;
      return {
        t, entropy, opens, source: t < given.length ? 'given' : 'sampled', patch, pass: resume[t] ? resume[t].pass ?? t + 1 : this.#passes,
        ...choice, times: i === 0 ? this.times : {},
      };
    });
  }

  /** What encoder and entropy model have to read before the next pass: the last settled token, and the drafts before the window's last one. */
  feeds(): TokenStep[] {
    if (this.complete) return [];
    const { settled, end, tokens } = this.#window;
    const first = Math.max(0, settled - 1);
    return Array.from(tokens.subarray(first, end - 1), (token, i) => ({ image: this.image, t: first + i, token }));
  }

  /** e_t of the entropy model, which read token t - 1. Throws `graph-failed` where it is no number. */
  learn(t: number, entropy: number): void {
    if (!Number.isFinite(entropy)) throw new StudioError('graph-failed', say`The entropy model gave ${entropy} for token ${t} of image ${this.image + 1}. Try the other backend, or the variant fp32.`);
    this.#entropies[t] = entropy;
  }
}
