import { PackError } from '../engine/errors.ts';
import { sleep } from './retry.ts';
import { fetchJson, type SmallFileOptions } from './small-file.ts';

/** The network has this long before what is stored is taken. */
const STORED_MS = 3000;
/** What a proxy, or a network that wants a sign-in, answers in the place of a host: it says nothing about the file. */
const REFUSED = [401, 403, 451];

export interface NetworkFirstOptions extends Omit<SmallFileOptions, 'cache'> {
  storedMs?: number;
  /** Called once where the network takes its time and nothing is stored. */
  onSlow?: () => void;
}

/**
 * The JSON file at `url`, always asked for anew. Where the network fails, is silent for three seconds, or answers in the file's
 * place (a web page, a refusal, what is no JSON), what is stored of it, if anything is. Throws what `fetchJson` and `parse` throw.
 */
export async function networkFirst<T>(url: string, name: string, { parse, stored }: { parse: (json: unknown) => T; stored: () => Promise<T | null> }, options: NetworkFirstOptions = {}): Promise<T> {
  const { storedMs = STORED_MS, onSlow, signal, fetch = globalThis.fetch.bind(globalThis) } = options;
  const overtaken = new AbortController();
  let refused = false;
  const asked = fetchJson(url, name, {
    ...options, signal: signal ? AbortSignal.any([signal, overtaken.signal]) : overtaken.signal,
    fetch: async (...request) => {
      const response = await fetch(...request);
      refused = REFUSED.includes(response.status);
      return response;
    },
  });
  const timer = new AbortController();
  asked.catch(() => undefined).finally(() => timer.abort());
  const late = await sleep(storedMs, timer.signal).then(() => true, () => false);
  if (late) {
    const kept = await stored().catch(() => null);
    if (kept) {
      overtaken.abort();
      return kept;
    }
    onSlow?.();
  }
  let json: unknown;
  try {
    json = await asked;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof PackError)) throw error;
    if (refused || error.code !== 'shard-missing') {
      const kept = await stored().catch(() => null);
      if (kept) return kept;
    }
    throw error;
  }
  return parse(json);
}
