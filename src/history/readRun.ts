import { StudioError } from '../../engine/errors.ts';
import { parseJson } from '../../engine/json.ts';
import { parseRun, type Run } from '../../engine/log.ts';
import { say } from '../../engine/phrase.ts';

/** A stored run with its events. Throws `run-invalid` when it is gone or was altered. */
export function readRun(log: string | undefined): Run {
  if (log === undefined) throw new StudioError('run-invalid', say`This run is no longer stored: another tab deleted it, or the browser made room. The list shows what is there.`);
  try {
    return parseRun(parseJson(log));
  } catch (error) {
    if (error instanceof StudioError) throw error;
    throw new StudioError('run-invalid', say`This run cannot be read any more: what was stored of it was altered. Delete it, or open a file of it.`);
  }
}
