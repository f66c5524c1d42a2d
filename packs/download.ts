import { looksLikeHtml, shardAltered, shardIsHtml } from '../engine/errors.ts';
import type { PackFile } from '../engine/manifest.ts';
import { grouped, say } from '../engine/phrase.ts';
import { sha256Large } from '../engine/sha256.ts';
import { browserCache, type FileCache, type Stored } from './file-cache.ts';
import { PartialFile } from './partial.ts';
import { receive } from './receive.ts';
import { saysHtml, type RequestOptions } from './request.ts';
import { overAddresses, TransferError, type RetryOptions } from './retry.ts';

export interface DownloadOptions extends Pick<RequestOptions, 'fetch'>, RetryOptions {
  /** Other addresses with the same files; the hash decides whether they are. */
  mirrors?: readonly string[];
  /** Called with every chunk's length; below 0 where bytes have to be fetched again. */
  onBytes?: (bytes: number, from: 'network' | 'cache') => void;
  cache?: FileCache;
  /** A transfer that sends nothing for this long is begun anew. Milliseconds. */
  stallMs?: number;
  partBytes?: number;
  /** Fetch what is stored, too; it is replaced once the new bytes are there. */
  anew?: boolean;
}

export interface Downloaded {
  bytes: Uint8Array<ArrayBuffer>;
  fromCache: boolean;
  stored: Stored;
}

export const worstOf = (files: readonly Pick<Downloaded, 'stored'>[]): Stored =>
  (['none', 'full'] as const).find((stored) => files.some((file) => file.stored === stored)) ?? 'stored';

const AT_ONCE = 4;

/** A 206 has to be the rest that was asked for. Other origins may hide the header; there the hash alone decides. */
function isRest(response: Response, from: number, file: PackFile): boolean {
  const range = response.headers.get('content-range');
  if (range === null) return response.type === 'cors';
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range) ?? [];
  return Number(start) === from && Number(end) === file.bytes - 1 && (total === '*' || Number(total) === file.bytes);
}

/** The address of a pack's file: its path names a file below the folder, whatever letters are in it. */
const addressOf = (path: string, base: string): string => new URL(path.split('/').map(encodeURIComponent).join('/'), base).href;

class FileDownload {
  readonly #file: PackFile;
  readonly #options: DownloadOptions;
  readonly #partial: PartialFile;
  /** Addresses that sent other bytes: asked once more, then not again. */
  readonly #doubted = new Set<string>();
  /** The last answer was called a web page by its host. */
  #html = false;

  constructor(file: PackFile, cache: FileCache, options: DownloadOptions) {
    this.#file = file;
    this.#options = options;
    this.#partial = new PartialFile(file, cache, options.partBytes);
  }

  /** Verified bytes; parts kept on the way are removed. */
  async run(addresses: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#options.anew) await this.#partial.restore();
    this.#count(this.#partial.at, 'cache');
    await overAddresses(addresses, (address) => this.#attempt(address), this.#options);
    await this.#partial.forget();
    return this.#partial.bytes;
  }

  #count(bytes: number, from: 'network' | 'cache' = 'network'): void {
    if (bytes !== 0) this.#options.onBytes?.(bytes, from);
  }

  async #restart(): Promise<void> {
    this.#count(-this.#partial.at);
    await this.#partial.restart();
  }

  async #attempt(address: string): Promise<void> {
    const { path, sha256, bytes: length } = this.#file;
    const resumed = this.#partial.at > 0;
    let surplus = 0;
    if (!this.#partial.whole) surplus = await this.#receive(addressOf(path, address));
    const partial = this.#partial;
    if (partial.whole && surplus === 0 && (await sha256Large(partial.bytes)) === sha256) return;
    if (looksLikeHtml(partial.bytes) || this.#html) {
      await this.#restart();
      throw new TransferError(shardIsHtml(path), 'elsewhere');
    }
    if (!partial.whole) {
      throw new TransferError(shardAltered(path, say`${grouped(partial.at)} bytes came where ${grouped(length)} were announced.`), 'wait');
    }
    await this.#restart();
    const again = resumed || !this.#doubted.has(address);
    if (!resumed) this.#doubted.add(address);
    const detail = surplus > 0 ? say`More than the announced ${grouped(length)} bytes came.` : say`The hash differs.`;
    throw new TransferError(shardAltered(path, detail), again ? 'wait' : 'elsewhere');
  }

  /** Appends the rest of the file; returns how many bytes came beyond its length. */
  async #receive(url: string): Promise<number> {
    const { fetch, signal, stallMs } = this.#options;
    const { path } = this.#file;
    const from = this.#partial.at;
    let surplus = 0;
    try {
      await receive(url, path, {
        fetch, signal, stallMs,
        ...(from > 0 && { headers: { range: `bytes=${from}-` } }),
        // The browser's own cache would keep half a file, compressed where the host compresses, and ask for its rest in its own way.
        cache: 'no-store',
        begin: async (response) => {
          this.#html = saysHtml(response);
          // What is here stays: a sign-in page says nothing about it.
          if (from > 0 && response.status !== 206 && this.#html) throw new TransferError(shardIsHtml(path), 'elsewhere');
          if (from > 0 && response.status !== 206) await this.#restart();
          else if (from > 0 && !isRest(response, from, this.#file)) {
            await this.#restart();
            throw new TransferError(shardAltered(path, say`The server sent another range than the one asked for.`), 'wait');
          }
        },
        take: (chunk) => {
          const taken = this.#partial.append(chunk);
          this.#count(taken);
          surplus = chunk.length - taken;
          return surplus === 0;
        },
      });
      return surplus;
    } catch (cause) {
      if (!(cause instanceof TransferError) || cause.status !== 416) throw cause;
      // The rest lies outside the server's file: what is here or there is of another version.
      await this.#restart();
      throw new TransferError(shardAltered(path, say`The server's file ends before byte ${grouped(from)}.`), 'wait');
    }
  }
}

/** One file, from the cache or the network, never used or stored before its hash agrees. */
export async function downloadFile(base: string, file: PackFile, options: DownloadOptions = {}): Promise<Downloaded> {
  const { cache = browserCache, onBytes, signal, mirrors = [], anew } = options;
  signal?.throwIfAborted();
  const cached = anew ? null : await cache.read(file.sha256);
  if (cached) {
    if (cached.length === file.bytes && (await sha256Large(cached)) === file.sha256) {
      onBytes?.(file.bytes, 'cache');
      return { bytes: cached, fromCache: true, stored: 'stored' };
    }
    await cache.forget(file.sha256);
  }
  const bytes = await new FileDownload(file, cache, options).run([base, ...mirrors]);
  return { bytes, fromCache: false, stored: await cache.write(file.sha256, bytes) };
}

/** Several files, a few at once, each handed to `take` as soon as it is there; the first failure stops the rest. */
export async function downloadEach<T>(base: string, files: PackFile[], options: DownloadOptions, take: (file: PackFile, got: Downloaded) => T | Promise<T>): Promise<T[]> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < files.length) {
      const i = next++;
      const file = files[i]!;
      results[i] = await take(file, await downloadFile(base, file, { ...options, signal }));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, lane));
  } catch (error) {
    stop.abort();
    throw error;
  }
  return results;
}

/** Several files, their bytes all in memory. */
export const downloadFiles = (base: string, files: PackFile[], options: DownloadOptions = {}): Promise<Downloaded[]> =>
  downloadEach(base, files, options, (_, got) => got);
