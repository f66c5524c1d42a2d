/** Where one image of a batch stands in its decoding. */
import type { DecodeRequest } from './decode-request.ts';
import { StudioError } from './errors.ts';
import type { PatchStep, TokenRequest, TokenResult } from './graphs.ts';
import type { OpenReason, StageTimes, TokenEvent } from './log.ts';
import { decodesWithNullEntropies, type Manifest } from './manifest.ts';
import { PatchGate } from './patchify.ts';
import { groupsOf } from './sampling.ts';
import { isTokenByToken } from './settings.ts';

export class ImageState {
  /** In the batch. */
  readonly image: number;
  /** Of the token under way. */
  times: StageTimes = {};
  readonly #request: DecodeRequest;
  readonly #tokens: number;
  readonly #gate: PatchGate;
  /** Whether the entropy model runs for it. */
  readonly #entropies: boolean;
  /** Whether its null row, or its class row where that is the null class's, makes its entropies. */
  readonly #nullRow: boolean;
  /** The token that is decoded next, its entropy, and why it opens a patch. */
  #t = 0;
  #entropy: number | null = null;
  #opens: OpenReason[];
  /** The open patch, and its first token. */
  #patch = -1;
  #start = 0;

  constructor(image: number, request: DecodeRequest, manifest: Manifest) {
    this.image = image;
    this.#request = request;
    const { grid, classes } = manifest;
    this.#tokens = grid.tokens;
    this.#entropies = !isTokenByToken(request.settings);
    this.#nullRow = decodesWithNullEntropies(manifest) && (groupsOf(request.settings) === 2 || request.class === classes.length);
    this.#gate = new PatchGate(request.settings, grid.width);
    this.#opens = this.#gate.next(null);
  }

  /** Complete, or stopped. */
  get ended(): boolean {
    return this.#t === this.#tokens || (this.#request.signal?.aborted ?? false);
  }

  /** Closes the open patch where the next token opens another: what the patch transformer has to run on. */
  openPatch(): PatchStep | null {
    if (this.#opens.length === 0) return null;
    const span = this.#t === 0 ? null : { start: this.#start, end: this.#t - 1 };
    this.#start = this.#t;
    return { image: this.image, slot: ++this.#patch, span };
  }

  nextToken(): TokenRequest {
    const { settings, seed, resume, given } = this.#request;
    const t = this.#t;
    return {
      image: this.image, t, rules: settings, seed, forced: resume?.[t]?.token ?? given?.[t],
      // Nothing runs after the last token.
      feed: t + 1 === this.#tokens ? 'none' : this.#entropies ? 'all' : 'encoder',
      // The first token has no prediction in DPAR.
      nullEntropy: this.#nullRow && t > 0,
    };
  }

  /** Takes the next token, and asks the gate about the one after it. */
  settle({ choice, entropy: next, nullEntropy }: TokenResult): TokenEvent {
    const { given = [], resume } = this.#request;
    const entropy = nullEntropy === null ? this.#entropy : resume?.[this.#t]?.entropy ?? nullEntropy;
    const event: TokenEvent = {
      t: this.#t, entropy, opens: this.#opens, source: this.#t < given.length ? 'given' : 'sampled', patch: this.#patch, ...choice, times: this.times,
    };
    if (next !== null && !Number.isFinite(next)) throw new StudioError('graph-failed', `The entropy model gave ${next} for token ${this.#t + 1} of image ${this.image + 1}. Try the other backend, or the variant fp32.`);
    this.times = {};
    if (++this.#t === this.#tokens) return event;
    // Another backend, or another number of images, rounds differently; a token on the edge of the threshold must not change its patch.
    const before = resume?.[this.#t];
    this.#entropy = before ? before.entropy : next;
    this.#opens = this.#gate.next(this.#entropy);
    return event;
  }
}
