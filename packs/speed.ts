const WINDOW_MS = 8_000;
/** Before this long an estimate would jump about. */
const SETTLED_MS = 1_500;

/** Bytes a second over the last seconds, for the time a download still takes. */
export class Speed {
  #seen: { at: number; bytes: number }[] = [];
  #began: number | null = null;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(bytes: number): void {
    const at = this.#now();
    this.#began ??= at;
    const last = this.#seen.at(-1);
    if (last && at - last.at < 100) last.bytes += bytes;
    else this.#seen.push({ at, bytes });
    this.#seen = this.#seen.filter((entry) => at - entry.at <= WINDOW_MS);
  }

  /** Null while too little is known. */
  secondsFor(bytes: number): number | null {
    const at = this.#now();
    if (this.#began === null || at - this.#began < SETTLED_MS) return null;
    const arrived = this.#seen.reduce((sum, entry) => sum + (at - entry.at <= WINDOW_MS ? entry.bytes : 0), 0);
    if (arrived <= 0) return null;
    return (bytes * Math.min(WINDOW_MS, at - this.#began)) / arrived / 1000;
  }
}
