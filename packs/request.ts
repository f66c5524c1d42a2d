import { PackError, toTagged, shardMissing } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import { TransferError } from './retry.ts';

export interface RequestOptions {
  signal?: AbortSignal;
  fetch?: typeof globalThis.fetch;
  headers?: Record<string, string>;
  cache?: RequestCache;
}

export const unreachable = (name: string, cause: unknown) => new PackError(
  'unreachable',
  say`The pack's file ${name} could not be fetched. Check the connection, then retry; what has arrived is kept.`,
  toTagged(cause).message,
);

/** Too busy or broken for the moment. */
const passes = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

/** Retry-After in seconds; dates are rare and left alone. */
const askedMs = (response: Response) => 1000 * (Number(response.headers.get('retry-after')) || 0);

/** The host calls it a web page. Some call all they do not know so: only bytes that are not the file's make it one. */
export const saysHtml = (response: Response): boolean => /text\/html/i.test(response.headers.get('content-type') ?? '');

/** The answer when its body can be the file at all. Throws `TransferError`. */
export async function request(url: string, name: string, options: RequestOptions = {}): Promise<Response> {
  const { fetch = globalThis.fetch.bind(globalThis), signal, headers, cache } = options;
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null, credentials: 'same-origin', ...(headers && { headers }), ...(cache && { cache }) });
  } catch (cause) {
    throw new TransferError(unreachable(name, cause), 'wait');
  }
  if (response.ok) return response;
  await response.body?.cancel().catch(() => undefined);
  const { status } = response;
  if (passes(status)) throw new TransferError(unreachable(name, `HTTP ${status}`), 'wait', status, askedMs(response));
  throw new TransferError(shardMissing(name, quote(`HTTP ${status}`)), 'elsewhere', status);
}
