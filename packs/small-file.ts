import { looksLikeHtml, PackError, shardIsHtml } from '../engine/errors.ts';
import { inMegabytes, quote, say } from '../engine/phrase.ts';
import { parseJson } from '../engine/json.ts';
import { joinParts } from './parts.ts';
import { receive } from './receive.ts';
import { saysHtml, type RequestOptions } from './request.ts';
import { overAddresses, TransferError, type RetryOptions } from './retry.ts';

/** A thousand times what a manifest needs would still be taken; a file without end would not. */
export const MAX_MANIFEST_BYTES = 16_000_000;

export interface SmallFileOptions extends Omit<RequestOptions, 'cache' | 'headers'>, RetryOptions {
  stallMs?: number;
  wholeMs?: number;
  maxBytes?: number;
}

/**
 * A JSON file whose length and hash nobody has named: always asked for anew, and bounded in bytes, time and depth while
 * it comes. Throws `unreachable`, `shard-missing`, `shard-is-html` or `manifest-invalid`.
 */
export function fetchJson(url: string, name: string, options: SmallFileOptions = {}): Promise<unknown> {
  const { stallMs = 10_000, wholeMs = 30_000, maxBytes = MAX_MANIFEST_BYTES, tries = 2 } = options;
  return overAddresses([url], async () => {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    let html = false;
    await receive(url, name, {
      ...options, cache: 'no-cache', stallMs, wholeMs,
      begin: (response) => { html = saysHtml(response); },
      take(chunk) {
        length += chunk.length;
        if (length <= maxBytes) parts.push(chunk as Uint8Array<ArrayBuffer>);
        return length <= maxBytes;
      },
    });
    if (length > maxBytes) throw new PackError('manifest-invalid', say`${name} is longer than ${inMegabytes(maxBytes)} MB, which no pack needs. Export the pack again.`);
    const bytes = joinParts(parts);
    if (looksLikeHtml(bytes)) throw new TransferError(shardIsHtml(name), 'elsewhere');
    try {
      return jsonOf(bytes, name);
    } catch (error) {
      if (html) throw new TransferError(shardIsHtml(name), 'elsewhere');
      // Cut off on the way, as by a proxy, it may be whole the next time.
      throw error instanceof PackError ? new TransferError(error, 'wait') : error;
    }
  }, { ...options, tries });
}

/** Throws `manifest-invalid` where the bytes are no JSON that is read here. */
export function jsonOf(bytes: Uint8Array, name: string): unknown {
  try {
    return parseJson(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new PackError('manifest-invalid', say`${name} is not JSON that can be used. Export the pack again.`, quote(cause));
  }
}
