/** The decode loop: one image, token by token, patch by patch (docs/model.md "Incremental decoding"). */
import { clock } from './clock.ts';
import { StudioError } from './errors.ts';
import type { DecodeGraphs, Timed } from './graphs.ts';
import type { Stage, StageTimes, TokenEvent } from './log.ts';
import type { Kind, Manifest } from './manifest.ts';
import { PatchGate } from './patchify.ts';
import { choose, groupsOf, type Choice } from './sampling.ts';
import { checkSettings, isTokenByToken, type Settings } from './settings.ts';

export interface DecodeRequest {
  /** Class index; classes.length is the null class. */
  class: number;
  /** uint32. */
  seed: number;
  settings: Settings;
  /** Tokens x_0.. that are forced, with source 'given'; the rest is sampled. */
  given?: readonly number[];
  /** The first events of this same run, made before it was interrupted: decoded again with their tokens and patches. */
  resume?: readonly Pick<TokenEvent, 'token' | 'entropy'>[];
  /** Read between tokens; once aborted the loop ends after the last whole token. */
  signal?: { readonly aborted: boolean };
  /** Clock in milliseconds, for tests. */
  now?: () => number;
}

/** The stage that each step of a kind is logged as; null where no graph runs. */
export const stages = {
  dpar: { patch: 'patchTransformer', logits: 'decoder', token: 'encoder' },
  gpt: { patch: null, logits: 'gpt', token: null },
} as const satisfies Record<Kind, Record<string, Stage | null>>;

/** Throws `unknown-class`, `bad-seed`, `bad-setting` or `bad-argument` for a request that this pack cannot decode. */
export function checkRequest(manifest: Manifest, request: DecodeRequest): void {
  const { classes, grid, vocab } = manifest;
  if (!Number.isInteger(request.class) || request.class < 0 || request.class > classes.length) {
    throw new StudioError('unknown-class', `The pack ${manifest.name} has classes 0 to ${classes.length - 1} (${classes.length} is the null class), got ${request.class}.`);
  }
  if (!Number.isInteger(request.seed) || request.seed < 0 || request.seed > 0xffffffff) {
    throw new StudioError('bad-seed', `The seed must be a whole number from 0 to 4294967295, got ${request.seed}.`);
  }
  checkSettings(manifest, request.settings);
  const resume = request.resume ?? [];
  if (resume.length > grid.tokens || resume.some(({ token }) => !Number.isInteger(token) || token < 0 || token >= vocab)) {
    throw new StudioError('bad-argument', 'The log that the run should go on from is not of this pack. Generate the image again.');
  }
  const given = request.given ?? [];
  if (given.length > grid.tokens) throw new StudioError('bad-argument', `${given.length} tokens are given, an image has ${grid.tokens}.`);
  const wrong = given.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= vocab);
  if (wrong >= 0) throw new StudioError('bad-argument', `Given token ${wrong} is ${given[wrong]}; tokens are 0 to ${vocab - 1}.`);
}

/**
 * Decodes one image and yields an event per token, after all graphs that read it have run. The patch transformer runs
 * once per patch: slot 0 on the class, slot m on patch m - 1 when patch m opens. Nothing runs after the last token.
 */
export async function* decode(graphs: DecodeGraphs, manifest: Manifest, request: DecodeRequest): AsyncGenerator<TokenEvent, void, void> {
  checkRequest(manifest, request);
  const { settings, given = [], resume = [], signal, now = clock } = request;
  const { width, tokens } = manifest.grid;
  const gate = new PatchGate(settings, width);
  const entropies = !isTokenByToken(settings);
  let times: StageTimes = {};
  const stage = stages[manifest.kind];
  const timed: Timed = async (stage, work) => {
    const start = now();
    const value = await work();
    if (stage === null) return value;
    // Whole microseconds: clocks give no more, and runs stay small.
    times[stage] = Math.round((now() - start) * 1000) / 1000;
    return value;
  };

  if (signal?.aborted) return;
  await graphs.begin(groupsOf(settings), request.class);
  let entropy: number | null = null;
  let patch = -1;
  let start = 0;
  for (let t = 0; t < tokens; t++) {
    if (signal?.aborted) return;
    times = {};
    const opens = gate.next(entropy);
    if (opens.length > 0) {
      const slot = ++patch;
      const span = t === 0 ? null : { start, end: t - 1 };
      await timed(stage.patch, () => graphs.patchStep(slot, span));
      start = t;
    }
    const forced = resume[t]?.token ?? given[t];
    const more = t + 1 < tokens;
    let choice: Choice;
    let next: number | null = null;
    if (graphs.tokenStep) {
      const feed = !more ? 'none' : entropies ? 'all' : 'encoder';
      ({ choice, entropy: next } = await graphs.tokenStep({ t, rules: settings, seed: request.seed, forced, feed, timed }));
    } else {
      const logits = await timed(stage.logits, () => graphs.decoderStep(t));
      choice = await timed('sampling', () => choose(logits, settings, { seed: request.seed, t }, forced));
      if (more) await timed(stage.token, () => graphs.encoderStep(t, choice.token));
      if (more && entropies) next = await timed('entropy', () => graphs.entropyStep(t, choice.token));
    }
    const event: TokenEvent = { t, entropy, opens, source: t < given.length ? 'given' : 'sampled', patch, ...choice, times };
    if (more) {
      if (entropies) entropy = next;
      if (entropy !== null && !Number.isFinite(entropy)) throw new StudioError('graph-failed', `The entropy model gave ${entropy} for token ${t + 1}. Try the other backend, or the variant fp32.`);
      // Another backend rounds differently; a token on the edge of the threshold must not change its patch.
      if (t + 1 < resume.length) entropy = resume[t + 1]!.entropy;
    }
    yield event;
  }
}
