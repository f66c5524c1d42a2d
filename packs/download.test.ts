import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { PackFile } from '../engine/manifest.ts';
import { downloadFile as download, downloadFiles, type DownloadOptions } from './download.ts';
import { memoryCache } from './testing/memory-cache.ts';

const BASE = 'https://example.org/models/nano/manifest.json';
const body = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const file: PackFile = { path: 'fp32/entropy.bin', bytes: body.length, sha256: hash(body) };

/** Retries without the wait. */
const downloadFile = (base: string, wanted: PackFile, options: DownloadOptions) => download(base, wanted, { sleep: async () => undefined, ...options });

/** A server whose body arrives in chunks of 300 bytes. */
function server(bytes: Uint8Array, init: ResponseInit = {}) {
  return vi.fn(async () => new Response(new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 300) controller.enqueue(bytes.slice(at, at + 300));
      controller.close();
    },
  }), init)) as unknown as typeof fetch & ReturnType<typeof vi.fn>;
}

const caught = async (promise: Promise<unknown>) => promise.then(() => null, (error) => error as { code: string; message: string });

describe('downloadFile', () => {
  test('reports every chunk, verifies, and stores only then', async () => {
    const cache = memoryCache();
    const seen: number[] = [];
    const got = await downloadFile(BASE, file, { fetch: server(body), cache, onBytes: (n) => seen.push(n) });
    expect(got.stored).toBe('stored');
    expect(got).toMatchObject({ fromCache: false });
    expect(got.bytes).toEqual(body);
    expect(seen).toEqual([300, 300, 300, 100]);
    expect([...cache.files.keys()]).toEqual([file.sha256]);
  });

  test('resolves paths against the manifest', async () => {
    const fetch = server(body);
    await downloadFile(BASE, file, { fetch, cache: memoryCache() });
    expect(fetch.mock.calls[0]![0]).toBe('https://example.org/models/nano/fp32/entropy.bin');
  });

  test.each([
    ['w#1.bin', 'w%231.bin'], ['w?1.bin', 'w%3F1.bin'], ['50%.bin', '50%25.bin'], ['%2e%2e/%2e%2e/secret.bin', '%252e%252e/%252e%252e/secret.bin'],
    ['.\t./x.bin', '.%09./x.bin'], [' a b.bin ', '%20a%20b.bin%20'], ['größe/𝒜.bin', 'gr%C3%B6%C3%9Fe/%F0%9D%92%9C.bin'],
  ])('a path %j is asked for below the folder, by its name', async (path, asked) => {
    const fetch = server(body);
    await downloadFile(BASE, { ...file, path }, { fetch, cache: memoryCache() });
    expect(new URL(fetch.mock.calls[0]![0] as string).href).toBe(`https://example.org/models/nano/${asked}`);
  });

  test('a second visit reads the cache and still counts the bytes', async () => {
    const cache = memoryCache();
    const fetch = server(body);
    await downloadFile(BASE, file, { fetch, cache });
    let bytes = 0;
    const got = await downloadFile(BASE, file, { fetch, cache, onBytes: (n) => { bytes += n; } });
    expect(got.fromCache).toBe(true);
    expect(bytes).toBe(file.bytes);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('a damaged cache entry is fetched anew', async () => {
    const cache = memoryCache();
    cache.files.set(file.sha256, new Uint8Array(file.bytes));
    expect((await downloadFile(BASE, file, { fetch: server(body), cache })).fromCache).toBe(false);
    expect(cache.files.get(file.sha256)).toEqual(body);
  });

  const altered = body.slice();
  altered[500]! ^= 1;
  const page = new TextEncoder().encode('<!doctype html><title>Sign in</title>');
  test.each([
    ['404', server(body, { status: 404 }), 'shard-missing'],
    ['one flipped bit', server(altered), 'shard-altered'],
    ['a truncated body', server(body.slice(0, 700)), 'shard-altered'],
    ['a body that is too long', server(new Uint8Array(1500)), 'shard-altered'],
    ['HTML by its type', server(page, { headers: { 'content-type': 'text/html; charset=utf-8' } }), 'shard-is-html'],
    ['HTML by its first bytes', server(page), 'shard-is-html'],
    ['no network', vi.fn(async () => { throw new TypeError('Failed to fetch'); }) as unknown as typeof fetch, 'unreachable'],
  ])('%s: an error that names the file, and nothing stored', async (_, fetch, code) => {
    const cache = memoryCache();
    const error = await caught(downloadFile(BASE, file, { fetch, cache }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(file.path) });
    expect(cache.files.size).toBe(0);
  });

  test('an aborted download rejects with the abort', async () => {
    const stop = new AbortController();
    stop.abort();
    const error = await caught(downloadFile(BASE, file, { fetch: server(body), cache: memoryCache(), signal: stop.signal }));
    expect(error).toMatchObject({ name: 'AbortError' });
  });
});

test('downloadFiles keeps the order and stops at the first failure', async () => {
  const files = Array.from({ length: 9 }, (_, i) => {
    const bytes = new Uint8Array(50 + i).fill(i);
    return { bytes, file: { path: `part-${i}`, bytes: bytes.length, sha256: hash(bytes) } };
  });
  const fetch = vi.fn(async (url: string) => new Response(files[Number(url.split('-')[1])]!.bytes)) as unknown as typeof globalThis.fetch & ReturnType<typeof vi.fn>;
  const got = await downloadFiles(BASE, files.map((f) => f.file), { fetch, cache: memoryCache() });
  expect(got.map((d) => d.bytes.length)).toEqual(files.map((f) => f.file.bytes));
  const wrong = files.map((f, i) => (i === 0 ? { ...f.file, sha256: '0'.repeat(64) } : f.file));
  expect(await caught(downloadFiles(BASE, wrong, { fetch, cache: memoryCache() }))).toMatchObject({ code: 'shard-altered' });
});
