/** Where one image of a batch stands in its decoding. */
import type { DecodeRequest } from '../decode.ts';
import { StudioError } from '../errors.ts';
import type { DecodeLogits } from '../graphs.ts';
import type { OpenReason, StageTimes, TokenEvent } from '../log.ts';
import type { Manifest } from '../manifest.ts';
import { PatchGate } from '../patchify.ts';
import { choose, type Choice } from '../sampling.ts';
import { isTokenByToken } from '../settings.ts';
import type { PatchStep, TokenStep } from './graphs.ts';

export class Row {
  readonly index: number;
  /** Whether the entropy model runs for it. */
  readonly entropies: boolean;
  /** The token that is decoded next. */
  t = 0;
  /** Its patch opens with token t and the patch transformer has not run for it yet. */
  waits = true;
  /** Of the token under way. */
  times: StageTimes = {};
  readonly #request: DecodeRequest;
  readonly #tokens: number;
  readonly #gate: PatchGate;
  #opens: OpenReason[];
  #entropy: number | null = null;
  #patch = -1;
  #start = 0;
  #choice: Choice | null = null;

  constructor(index: number, request: DecodeRequest, manifest: Manifest) {
    this.index = index;
    this.#request = request;
    this.#tokens = manifest.grid.tokens;
    this.entropies = !isTokenByToken(request.settings);
    this.#gate = new PatchGate(request.settings, manifest.grid.width);
    this.#opens = this.#gate.next(null);
  }

  /** Complete, or taken out. */
  get ended(): boolean {
    return this.t === this.#tokens || (this.#request.signal?.aborted ?? false);
  }

  /** Nothing runs after the last token. */
  get last(): boolean {
    return this.t === this.#tokens - 1;
  }

  patchStep(): PatchStep {
    return { row: this.index, slot: this.#patch + 1, span: this.t === 0 ? null : { start: this.#start, end: this.t - 1 } };
  }

  /** The patch transformer has run. */
  open(): void {
    this.#patch++;
    this.#start = this.t;
    this.waits = false;
  }

  choose(logits: DecodeLogits): void {
    const { settings, seed, resume, given } = this.#request;
    this.#choice = choose(logits, settings, { seed, t: this.t }, resume?.[this.t]?.token ?? given?.[this.t]);
  }

  tokenStep(): TokenStep {
    return { row: this.index, t: this.t, token: this.#choice!.token };
  }

  event(): TokenEvent {
    const given = this.#request.given ?? [];
    return {
      t: this.t, entropy: this.#entropy, opens: this.#opens, source: this.t < given.length ? 'given' : 'sampled', patch: this.#patch, ...this.#choice!, times: this.times,
    };
  }

  /** Goes on to the next token, of entropy `next` where it is known. */
  advance(next: number | null): void {
    if (next !== null && !Number.isFinite(next)) throw new StudioError('graph-failed', `The entropy model gave ${next} for token ${this.t + 1} of image ${this.index + 1}. Try the other backend, or the variant fp32.`);
    this.times = {};
    if (++this.t === this.#tokens) return;
    // Another backend, or another number of images, rounds differently; a token on the edge of the threshold must not change its patch.
    const before = this.#request.resume?.[this.t];
    this.#entropy = before ? before.entropy : next;
    this.#opens = this.#gate.next(this.#entropy);
    this.waits = this.#opens.length > 0;
  }
}
