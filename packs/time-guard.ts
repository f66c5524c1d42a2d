import { StudioError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';

interface TimeLimits {
  /** Between two signs of life. Milliseconds. */
  stallMs: number;
  /** For all of it. Milliseconds; no limit by default. */
  wholeMs?: number;
  signal?: AbortSignal;
}

const seconds = (ms: number) => Math.round(ms / 1000);

/**
 * A signal that follows `signal` and also aborts when `beat` is not called for `stallMs`, or after `wholeMs`: a
 * connection that stays open and sends nothing, or a byte now and then, never ends by itself.
 */
export function timeGuard({ stallMs, wholeMs, signal }: TimeLimits) {
  const stalled = new AbortController();
  let tooLong = false;
  const give = () => stalled.abort(new StudioError('timeout', say`No byte came for ${seconds(stallMs)} seconds.`));
  let timer = setTimeout(give, stallMs);
  const limit = wholeMs === undefined ? undefined : setTimeout(() => {
    tooLong = true;
    stalled.abort(new StudioError('timeout', say`It was not complete after ${seconds(wholeMs)} seconds.`));
  }, wholeMs);
  return {
    signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    /** True where `wholeMs` ended it: waiting longer would not help. */
    tooLong: () => tooLong,
    beat(): void {
      clearTimeout(timer);
      timer = setTimeout(give, stallMs);
    },
    end(): void {
      clearTimeout(timer);
      clearTimeout(limit);
    },
  };
}
