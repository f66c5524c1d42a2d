/** What a pack is asked to decode, and what is refused. */
import { StudioError } from './errors.ts';
import { say } from './phrase.ts';
import type { TokenEvent } from './log.ts';
import type { Manifest } from './manifest.ts';
import { groupsOf } from './sampling.ts';
import { checkAgainst, checkSettings } from './pack-settings.ts';
import type { Settings } from './settings.ts';

export interface DecodeRequest {
  /** Class index; classes.length is the null class. */
  class: number;
  /** uint32. */
  seed: number;
  settings: Settings;
  /** Tokens x_0.. that are forced, with source 'given'; the rest is sampled. */
  given?: readonly number[];
  /** The first events of this same run, made before it was interrupted: decoded again with their tokens and patches. */
  resume?: readonly Pick<TokenEvent, 'token' | 'entropy' | 'pass'>[];
  /** Read between passes; once aborted the image ends after its last whole token, and the others of its batch go on. */
  signal?: { readonly aborted: boolean };
}

/** Most images that are decoded at once. */
export const MOST_IMAGES = 16;

/** Images that a pack's step graphs take at once. */
export const imagesAtOnce = (manifest: Pick<Manifest, 'batch'>): number => Math.min(MOST_IMAGES, manifest.batch ?? 1);

/** Throws `unknown-class`, `bad-seed`, `bad-setting` or `bad-argument` for a request that this pack cannot decode. */
export function checkRequest(manifest: Manifest, request: DecodeRequest): void {
  const { classes, grid, vocab } = manifest;
  if (!Number.isInteger(request.class) || request.class < 0 || request.class > classes.length) {
    throw new StudioError('unknown-class', say`The pack ${manifest.name} has classes 0 to ${classes.length - 1} (${classes.length} is the null class), got ${request.class}.`);
  }
  if (!Number.isInteger(request.seed) || request.seed < 0 || request.seed > 0xffffffff) {
    throw new StudioError('bad-seed', say`The seed must be a whole number from 0 to 4294967295, got ${request.seed}.`);
  }
  checkSettings(manifest, request.settings);
  checkAgainst(manifest, request);
  const resume = request.resume ?? [];
  if (resume.length > grid.tokens || resume.some(({ token }) => !Number.isInteger(token) || token < 0 || token >= vocab)) {
    throw new StudioError('bad-argument', say`The log that the run should go on from is not of this pack. Generate the image again.`);
  }
  const given = request.given ?? [];
  if (given.length > grid.tokens) throw new StudioError('bad-argument', say`${given.length} tokens are given, an image has ${grid.tokens}.`);
  const wrong = given.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= vocab);
  if (wrong >= 0) throw new StudioError('bad-argument', say`Given token ${wrong} is ${given[wrong]!}; tokens are 0 to ${vocab - 1}.`);
}

/** Throws as `checkRequest` does, and `bad-argument` where the requests do not fit one batch. */
export function checkBatch(manifest: Manifest, requests: readonly DecodeRequest[]): void {
  const most = imagesAtOnce(manifest);
  if (requests.length < 1 || requests.length > most) {
    throw new StudioError('bad-argument', say`The pack ${manifest.name} decodes 1 to ${most} images at once, got ${requests.length}. Split them, or export the pack again.`);
  }
  for (const request of requests) checkRequest(manifest, request);
  const groups = groupsOf(requests[0]!.settings);
  if (requests.some(({ settings }) => groupsOf(settings) !== groups)) {
    throw new StudioError('bad-argument', say`Images with guidance and images without it (guidance 1) cannot be decoded at once. Split them.`);
  }
}
