import { StudioError } from '../engine/errors.ts';
import { request, unreachable, type RequestOptions } from './request.ts';
import { TransferError } from './retry.ts';
import { timeGuard } from './time-guard.ts';

const STALL_MS = 20_000;

interface ReceiveOptions extends RequestOptions {
  /** A transfer that sends nothing for this long is given up. Milliseconds. */
  stallMs?: number;
  /** A transfer that takes longer than this is given up, however it drips. Milliseconds; no limit by default. */
  wholeMs?: number;
  /** Looks at the answer before its body is read. */
  begin?: (response: Response) => unknown;
  /** Takes the next bytes; false ends the transfer. */
  take: (chunk: Uint8Array) => boolean;
}

/**
 * The way of every file: asked for, watched while it comes, and handed on as it comes, so that nothing is held that was
 * not asked for. Throws `TransferError`, and what `begin` throws.
 */
export async function receive(url: string, name: string, options: ReceiveOptions): Promise<void> {
  const { fetch, headers, cache, signal, stallMs = STALL_MS, wholeMs, begin, take } = options;
  const guard = timeGuard({ stallMs, wholeMs, signal });
  try {
    const response = await request(url, name, { fetch, headers, cache, signal: guard.signal });
    guard.beat();
    try {
      await begin?.(response);
    } catch (error) {
      await response.body?.cancel().catch(() => undefined);
      throw error;
    }
    if (!response.body) return; // 204: no content
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      guard.beat();
      if (take(value)) continue;
      await reader.cancel().catch(() => undefined);
      return;
    }
  } catch (error) {
    if (error instanceof TransferError || (error instanceof StudioError && error.code !== 'timeout')) throw error;
    throw new TransferError(unreachable(name, error), guard.tooLong() ? 'elsewhere' : 'wait');
  } finally {
    guard.end();
  }
}
