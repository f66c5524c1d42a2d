const TICK_MS = 1000;

interface Watchdog {
  /** A sign of life. */
  beat: () => void;
  stop: () => void;
}

/** Calls `onStall` once when `stallMs` pass without a beat. It counts ticks, so a computer's sleep is not a stall. */
export function startWatchdog(stallMs: number, onStall: () => void): Watchdog {
  const tick = Math.min(TICK_MS, stallMs / 4);
  const limit = Math.ceil(stallMs / tick);
  let ticks = 0;
  const timer = setInterval(() => {
    if (++ticks < limit) return;
    clearInterval(timer);
    onStall();
  }, tick);
  return { beat: () => { ticks = 0; }, stop: () => clearInterval(timer) };
}
