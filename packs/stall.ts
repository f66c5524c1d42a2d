/**
 * A signal that follows `signal` and also aborts when `beat` is not called for `stallMs`: a connection that stays open
 * and sends nothing never ends by itself.
 */
export function stallGuard(stallMs: number, signal?: AbortSignal) {
  const stalled = new AbortController();
  const give = () => stalled.abort(new Error(`No byte came for ${Math.round(stallMs / 1000)} seconds.`));
  let timer = setTimeout(give, stallMs);
  return {
    signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    beat(): void {
      clearTimeout(timer);
      timer = setTimeout(give, stallMs);
    },
    end: () => clearTimeout(timer),
  };
}
