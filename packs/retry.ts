/** How a failed transfer continues: after a while at the same address, or not there at all. */
type Again = 'wait' | 'elsewhere';

/** A transfer that failed: the error a person reads, and what trying again could help. */
export class TransferError extends Error {
  readonly error: Error;
  readonly again: Again;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** Milliseconds the server asked to wait. */
  readonly afterMs: number;

  constructor(error: Error, again: Again, status: number | null = null, afterMs = 0) {
    super(error.message);
    this.error = error;
    this.again = again;
    this.status = status;
    this.afterMs = afterMs;
  }
}

export interface RetryOptions {
  /** Tries at each address. */
  tries?: number;
  firstWaitMs?: number;
  random?: () => number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  signal?: AbortSignal;
  /** Called before each wait. */
  onRetry?: (error: Error, waitMs: number) => void;
}

const MAX_WAIT_MS = 8_000;
const MAX_ASKED_MS = 30_000;

/** Rejects with the signal's reason when aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Doubles with every round; half of it is left to chance, so that many visitors do not come back at once. */
const backOff = (round: number, firstMs: number, random: () => number): number =>
  Math.min(MAX_WAIT_MS, firstMs * 2 ** round) * (0.5 + random() / 2);

/**
 * Runs `attempt` over the addresses in turn until one succeeds. An address that can never answer (404, a web page) is
 * left out from then on; after a round over all that remain it waits. Throws the last error of the first address: it is
 * the pack's own, the others are mirrors.
 */
export async function overAddresses<T>(addresses: readonly string[], attempt: (address: string) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { tries = 4, firstWaitMs = 500, random = Math.random, sleep: rest = sleep, signal, onRetry } = options;
  let alive = [...addresses];
  let first: Error | null = null;
  for (let round = 0; ; round++) {
    let waitMs = backOff(round, firstWaitMs, random);
    let last: Error | null = null;
    for (const address of alive) {
      signal?.throwIfAborted();
      try {
        return await attempt(address);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof TransferError)) throw error;
        if (address === addresses[0] || !first) first = error.error;
        last = error.error;
        waitMs = Math.max(waitMs, Math.min(error.afterMs, MAX_ASKED_MS));
        if (error.again === 'elsewhere') alive = alive.filter((other) => other !== address);
      }
    }
    if (alive.length === 0 || round + 1 >= tries) throw first!;
    onRetry?.(last!, waitMs);
    await rest(waitMs, signal);
  }
}
