/** The decode loop: one image, token by token, patch by patch (docs/model.md "Incremental decoding"). */
import { StudioError } from './errors.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { Stage, StageTimes, TokenEvent } from './log.ts';
import type { Manifest } from './manifest.ts';
import { PatchGate } from './patchify.ts';
import { uniform } from './philox.ts';
import { choose, groupsOf } from './sampling.ts';
import { checkSettings, isTokenByToken, type Settings } from './settings.ts';

export interface DecodeRequest {
  /** Class index; classes.length is the null class. */
  class: number;
  /** uint32. */
  seed: number;
  settings: Settings;
  /** Tokens x_0.. that are forced, with source 'given'; the rest is sampled. */
  given?: readonly number[];
  /** Read between tokens; once aborted the loop ends after the last whole token. */
  signal?: { readonly aborted: boolean };
  /** Clock in milliseconds, for tests. */
  now?: () => number;
}

const clock = (): number => (globalThis as unknown as { performance: { now(): number } }).performance.now();

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
  const { settings, given = [], signal, now = clock } = request;
  const { width, tokens } = manifest.grid;
  const gate = new PatchGate(settings, width);
  const entropies = !isTokenByToken(settings);
  let times: StageTimes = {};
  const timed = async <T>(stage: Stage, work: () => T | Promise<T>): Promise<T> => {
    const start = now();
    const value = await work();
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
      await timed('patchTransformer', () => graphs.patchStep(slot, span));
      start = t;
    }
    const logits = await timed('decoder', () => graphs.decoderStep(t));
    const choice = await timed('sampling', () => choose(logits, settings, uniform(request.seed, t), given[t]));
    const event: TokenEvent = { t, entropy, opens, source: t < given.length ? 'given' : 'sampled', patch, ...choice, times };
    if (t + 1 < tokens) {
      await timed('encoder', () => graphs.encoderStep(t, choice.token));
      if (entropies) entropy = await timed('entropy', () => graphs.entropyStep(t, choice.token));
      if (entropy !== null && !Number.isFinite(entropy)) throw new StudioError('graph-failed', `The entropy model gave ${entropy} for token ${t + 1}. Try the other backend, or the variant fp32.`);
    }
    yield event;
  }
}
