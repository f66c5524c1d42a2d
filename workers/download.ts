import { looksLikeHtml, PackError, shardAltered, shardIsHtml, shardMissing } from '../engine/errors.ts';
import type { PackFile } from '../engine/manifest.ts';
import { sha256Large } from '../engine/sha256.ts';
import { browserCache, type FileCache } from './file-cache.ts';

export interface DownloadOptions {
  signal?: AbortSignal;
  /** Called with every chunk's length. */
  onBytes?: (bytes: number) => void;
  cache?: FileCache;
  fetch?: typeof globalThis.fetch;
}

export interface Downloaded {
  bytes: Uint8Array<ArrayBuffer>;
  fromCache: boolean;
}

const AT_ONCE = 4;

const count = (bytes: number) => bytes.toLocaleString('en');
const words = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

const unreachable = (name: string, cause: unknown) => new PackError(
  'shard-missing',
  `The pack's file ${name} could not be fetched. Check the connection, then retry; files that have arrived are kept.`,
  words(cause),
);

/** The answer's body when it can be the file at all; a host's "not found" page is told apart from the file. */
export async function request(url: string, name: string, options: DownloadOptions): Promise<Response> {
  const { fetch = globalThis.fetch.bind(globalThis), signal } = options;
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null });
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(name, cause);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw shardMissing(name, `HTTP ${response.status}`);
  }
  if (/text\/html/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    throw shardIsHtml(name);
  }
  return response;
}

/** Reads into one buffer of the expected length; `length` tells how much came, reading stops where it is too much. */
async function readExactly(response: Response, file: PackFile, onBytes: (bytes: number) => void) {
  const bytes = new Uint8Array(file.bytes);
  const reader = response.body!.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { bytes, length: at };
    if (at + value.length > file.bytes) {
      bytes.set(value.subarray(0, file.bytes - at), at);
      await reader.cancel();
      return { bytes, length: at + value.length };
    }
    bytes.set(value, at);
    at += value.length;
    onBytes(value.length);
  }
}

/** One file, from the cache or the network, never used before its hash agrees. */
export async function downloadFile(base: string, file: PackFile, options: DownloadOptions = {}): Promise<Downloaded> {
  const { cache = browserCache, onBytes = () => undefined, signal } = options;
  signal?.throwIfAborted();
  const cached = await cache.read(file.sha256);
  if (cached) {
    if (cached.length === file.bytes && (await sha256Large(cached)) === file.sha256) {
      onBytes(file.bytes);
      return { bytes: cached, fromCache: true };
    }
    await cache.forget(file.sha256);
  }
  const response = await request(new URL(file.path, base).href, file.path, options);
  let read;
  try {
    read = await readExactly(response, file, onBytes);
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(file.path, cause);
  }
  const whole = read.length === file.bytes;
  if (!whole || (await sha256Large(read.bytes)) !== file.sha256) {
    if (looksLikeHtml(read.bytes)) throw shardIsHtml(file.path);
    throw shardAltered(file.path, whole ? 'The hash differs.' : `${count(read.length)} bytes came where ${count(file.bytes)} were announced.`);
  }
  await cache.write(file.sha256, read.bytes);
  return { bytes: read.bytes, fromCache: false };
}

/** Several files, a few at once; the first failure stops the rest. */
export async function downloadFiles(base: string, files: PackFile[], options: DownloadOptions = {}): Promise<Downloaded[]> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const results: Downloaded[] = [];
  let next = 0;
  const lane = async () => {
    while (next < files.length) {
      const i = next++;
      results[i] = await downloadFile(base, files[i]!, { ...options, signal });
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
