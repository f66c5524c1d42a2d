import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import type { OpenedRun } from '../run.ts';

/** A whole run made earlier, without a picture. */
export const recordedOf = (header: RunHeader, events: TokenEvent[], digest = 'd'): OpenedRun => ({
  run: { format: 'dpar-run', formatVersion: 2, header, events, digest, complete: true }, picture: null,
});
