import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { PackFile } from '../engine/manifest.ts';
import { downloadFile, downloadFiles, type DownloadOptions } from './download.ts';
import { memoryCache } from './testing/memory-cache.ts';

const BASE = 'https://example.org/models/nano/manifest.json';
const MIRROR = 'https://mirror.test/nano/';
const body = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const file: PackFile = { path: 'fp32/all.bin.0', bytes: body.length, sha256: sha(body) };

interface Asked { url: string; range: string | null; cache: RequestCache | undefined }
type Answer = (asked: Asked, signal: AbortSignal) => Response | Promise<Response>;

/** A server that answers the n-th request with the n-th answer, the last one from then on. */
function server(...answers: Answer[]) {
  const asked: Asked[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    const request: Asked = { url, range: new Headers(init.headers).get('range'), cache: init.cache };
    asked.push(request);
    return answers[Math.min(asked.length, answers.length) - 1]!(request, init.signal!);
  }) as unknown as typeof globalThis.fetch;
  return { fetch, asked };
}

/** Sends `bytes`, then ends, breaks off or falls silent. */
function stream(bytes: Uint8Array, then: 'end' | 'break' | 'silence', signal: AbortSignal, init: ResponseInit = {}): Response {
  return new Response(new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes.slice());
      if (then === 'end') controller.close();
      if (then === 'break') setTimeout(() => controller.error(new TypeError('network error')));
      if (then === 'silence') signal.addEventListener('abort', () => controller.error(signal.reason));
    },
  }), init);
}

const from = (asked: Asked) => Number(/bytes=(\d+)-/.exec(asked.range ?? '')?.[1] ?? 0);
const whole: Answer = (_, signal) => stream(body, 'end', signal);
const first = (n: number, then: 'end' | 'break' | 'silence'): Answer => (_, signal) => stream(body.slice(0, n), then, signal);
const rest: Answer = (asked, signal) => stream(body.slice(from(asked)), 'end', signal, {
  status: 206, headers: { 'content-range': `bytes ${from(asked)}-${body.length - 1}/${body.length}` },
});
const status = (code: number, headers: HeadersInit = {}): Answer => () => new Response('no', { status: code, headers });
/** A web page by its type alone. */
const plainHtml: Answer = () => new Response('Please sign in.', { headers: { 'content-type': 'text/html; charset=utf-8' } });
const html: Answer = () => new Response('<!doctype html><title>Sign in</title>', { headers: { 'content-type': 'text/html' } });
const offline: Answer = () => { throw new TypeError('Failed to fetch'); };
const altered: Answer = (_, signal) => stream(body.map((byte, i) => (i === 500 ? byte ^ 1 : byte)), 'end', signal);

async function get(answers: Answer[], options: DownloadOptions = {}) {
  const { fetch, asked } = server(...answers);
  const cache = memoryCache();
  const waits: number[] = [];
  let counted = 0;
  const result = await downloadFile(BASE, file, {
    fetch, cache, random: () => 1, sleep: async (ms) => void waits.push(ms), onBytes: (n) => { counted += n; }, ...options,
  }).then((got) => ({ got, error: null }), (error: { code: string; message: string; detail: string }) => ({ got: null, error }));
  return { ...result, asked, waits, counted, cache };
}

describe('a transfer that breaks off', () => {
  test('goes on where it was, and the bytes are counted once', async () => {
    const { got, asked, counted, waits } = await get([first(700, 'break'), rest]);
    expect(got!.bytes).toEqual(body);
    expect(asked.map((a) => a.range)).toEqual([null, 'bytes=700-']);
    expect(counted).toBe(body.length);
    expect(waits).toEqual([500]);
  });

  test('begins anew where the server ignores the range (200)', async () => {
    const { got, asked, counted } = await get([first(700, 'break'), whole]);
    expect(got!.bytes).toEqual(body);
    expect(asked).toHaveLength(2);
    expect(counted).toBe(body.length);
  });

  test.each([
    ['another start', 'bytes 600-999/1000'], ['another end', 'bytes 700-998/1000'], ['another length', 'bytes 700-999/2000'], ['nonsense', 'bytes'],
  ])('does not take a 206 with %s', async (_, range) => {
    const wrong: Answer = (__, signal) => stream(body.slice(700), 'end', signal, { status: 206, headers: { 'content-range': range } });
    const { got, asked, counted } = await get([first(700, 'break'), wrong, whole]);
    expect(got!.bytes).toEqual(body);
    expect(asked.map((a) => a.range)).toEqual([null, 'bytes=700-', null]);
    expect(counted).toBe(body.length);
  });

  test('a rest of another version is found by the hash and all of it fetched again', async () => {
    const stale: Answer = (asked, signal) => stream(new Uint8Array(300), 'end', signal, { status: 206, headers: { 'content-range': `bytes ${from(asked)}-999/1000` } });
    const { got, counted, asked } = await get([first(700, 'break'), stale, whole]);
    expect(got!.bytes).toEqual(body);
    expect(asked[2]!.range).toBeNull();
    expect(counted).toBe(body.length);
  });

  test('a silent server is noticed and asked again from the same byte', async () => {
    const { got, asked } = await get([first(400, 'silence'), rest], { stallMs: 30 });
    expect(got!.bytes).toEqual(body);
    expect(asked[1]!.range).toBe('bytes=400-');
  });

  test('a server that never answers is given up after some tries', async () => {
    const never: Answer = (_, signal) => new Promise((__, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); });
    const { error, asked } = await get([never], { stallMs: 10, tries: 3 });
    expect(error).toMatchObject({ code: 'unreachable', detail: { template: expect.stringContaining('No byte came') } });
    expect(asked).toHaveLength(3);
  });

  test('parts survive the visit: another download takes them up', async () => {
    const cache = memoryCache();
    const stop = new AbortController();
    const cut = server((_, signal) => {
      setTimeout(() => stop.abort(), 20);
      return stream(body.slice(0, 700), 'silence', signal);
    });
    await expect(downloadFile(BASE, file, { fetch: cut.fetch, cache, partBytes: 256, signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect([...cache.files.keys()]).toEqual([`${file.sha256}/part/0`, `${file.sha256}/part/1`]);
    const seen: string[] = [];
    const { fetch, asked } = server(rest);
    const got = await downloadFile(BASE, file, { fetch, cache, partBytes: 256, onBytes: (n, kind) => seen.push(`${n} ${kind}`) });
    expect(asked[0]!.range).toBe('bytes=512-');
    expect(got.bytes).toEqual(body);
    expect(seen).toEqual(['512 cache', '488 network']);
    expect([...cache.files.keys()]).toEqual([file.sha256]);
  });

  test('parts that were damaged on disk are thrown away', async () => {
    const cache = memoryCache();
    cache.files.set(`${file.sha256}/part/0`, new Uint8Array(256));
    const { fetch, asked } = server(rest, whole);
    const got = await downloadFile(BASE, file, { fetch, cache, partBytes: 256, sleep: async () => undefined });
    expect(got.bytes).toEqual(body);
    expect(asked.map((a) => a.range)).toEqual(['bytes=256-', null]);
  });
});

describe('retries', () => {
  test('wait longer each time and end', async () => {
    const { error, waits, asked } = await get([status(503)]);
    expect(error).toMatchObject({ code: 'unreachable', detail: { values: ['HTTP 503'] } });
    expect(asked).toHaveLength(4);
    expect(waits).toEqual([500, 1000, 2000]);
  });

  test('leave half of the wait to chance', async () => {
    expect((await get([status(500)], { random: () => 0 })).waits).toEqual([250, 500, 1000]);
  });

  test('keep to Retry-After, up to half a minute', async () => {
    expect((await get([status(429, { 'retry-after': '3' }), whole])).waits).toEqual([3000]);
    expect((await get([status(503, { 'retry-after': '9999' }), whole])).waits).toEqual([30_000]);
  });

  test('pick up when the network is back', async () => {
    const { got, asked } = await get([offline, offline, whole]);
    expect(got!.bytes).toEqual(body);
    expect(asked).toHaveLength(3);
  });

  test.each([[404, 'shard-missing'], [403, 'shard-missing']])('HTTP %i is final', async (code, name) => {
    const { error, asked } = await get([status(code)]);
    expect(error!.code).toBe(name);
    expect(asked).toHaveLength(1);
  });

  test('a web page in place of the file is named as such at once', async () => {
    for (const page of [html, plainHtml]) {
      const { error, asked } = await get([page]);
      expect(error!.code).toBe('shard-is-html');
      expect(asked).toHaveLength(1);
    }
  });

  test('a host that calls every file a web page is no hindrance, and one that cuts it off neither', async () => {
    const called = { 'content-type': 'text/html' };
    const page = (answer: Answer): Answer => async (asked, signal) => {
      const { body: bytes, status: code, headers } = await answer(asked, signal);
      return new Response(bytes, { status: code, headers: { ...Object.fromEntries(headers), ...called } });
    };
    const { got, counted } = await get([page(whole)]);
    expect(got!.bytes).toEqual(body);
    expect(counted).toBe(body.length);
    expect((await get([page(first(700, 'break')), page(rest)])).got!.bytes).toEqual(body);
    expect((await get([page(altered)])).error!.code).toBe('shard-is-html');
  });

  test('a sign-in page in the middle of a file costs none of what came', async () => {
    const { cache, fetch, ...options } = { cache: memoryCache(), ...server(first(700, 'break'), html, rest), sleep: async () => undefined };
    await expect(downloadFile(BASE, file, { ...options, cache, fetch, partBytes: 100 })).rejects.toMatchObject({ code: 'shard-is-html' });
    expect((await downloadFile(BASE, file, { ...options, cache, fetch, partBytes: 100 })).bytes).toEqual(body);
    expect(options.asked.map((a) => a.range)).toEqual([null, 'bytes=700-', 'bytes=700-']);
  });

  test('an answer without content (204) is a file of no bytes', async () => {
    expect((await get([() => new Response(null, { status: 204 })])).error).toMatchObject({ code: 'shard-altered', detail: { values: ['0', '1\u202f000'] } });
  });

  test('the browser\'s own cache is never asked, nor left with half a file', async () => {
    const { got, asked } = await get([first(600, 'break'), rest]);
    expect(got!.bytes).toEqual(body);
    expect(asked.map((a) => a.cache)).toEqual(['no-store', 'no-store']);
    expect((await get([whole], { anew: true })).asked.map((a) => a.cache)).toEqual(['no-store']);
  });

  test('wrong bytes are asked for once more', async () => {
    const { got, asked, counted } = await get([altered, whole]);
    expect(got!.bytes).toEqual(body);
    expect(asked).toHaveLength(2);
    expect(counted).toBe(body.length);
    expect((await get([altered])).error).toMatchObject({ code: 'shard-altered', detail: { template: 'The hash differs.' } });
    expect((await get([altered])).asked).toHaveLength(2);
  });

  test('files handed out in each other\'s place are refused, as shards in another order are', async () => {
    const other = body.map((byte) => byte ^ 255);
    const files = [file, { path: 'fp32/all.bin.1', bytes: other.length, sha256: sha(other) }];
    const swapped = (right: boolean) => server(({ url }, signal) => stream(url.endsWith('.0') === right ? body : other, 'end', signal)).fetch;
    const options = { cache: memoryCache(), sleep: async () => undefined };
    await expect(downloadFiles(BASE, files, { ...options, fetch: swapped(false) })).rejects.toMatchObject({ code: 'shard-altered' });
    expect((await downloadFiles(BASE, files, { ...options, fetch: swapped(true) })).map(({ bytes }) => bytes)).toEqual([body, other]);
  });

  test('a file that ends early says how much came', async () => {
    const short: Answer = (asked, signal) => (from(asked) > 0 ? new Response('', { status: 416 }) : stream(body.slice(0, 700), 'end', signal));
    const { error, cache } = await get([short]);
    expect(error).toMatchObject({ code: 'shard-altered', detail: { values: expect.arrayContaining(['700']) } });
    expect(cache.files.size).toBe(0);
  });
});

describe('mirrors', () => {
  const at = (answers: Record<string, Answer>): Answer => (asked, signal) => answers[new URL(asked.url).host]!(asked, signal);

  test('stand in at once for an address that has not got the file', async () => {
    const { got, asked, waits } = await get([at({ 'example.org': status(404), 'mirror.test': whole })], { mirrors: [MIRROR] });
    expect(got!.bytes).toEqual(body);
    expect(asked.map((a) => a.url)).toEqual(['https://example.org/models/nano/fp32/all.bin.0', 'https://mirror.test/nano/fp32/all.bin.0']);
    expect(waits).toEqual([]);
  });

  test('go on with the bytes of another address', async () => {
    const { got, asked } = await get([at({ 'example.org': first(600, 'break'), 'mirror.test': rest })], { mirrors: [MIRROR] });
    expect(got!.bytes).toEqual(body);
    expect(asked[1]!.range).toBe('bytes=600-');
  });

  test('with other bytes are not believed', async () => {
    const { error } = await get([at({ 'example.org': status(404), 'mirror.test': altered })], { mirrors: [MIRROR] });
    expect(error!.code).toBe('shard-missing');
  });
});

test('without room or storage the bytes are used from memory, and it is reported', async () => {
  for (const stored of ['full', 'none'] as const) {
    const { fetch } = server(whole);
    expect(await downloadFile(BASE, file, { fetch, cache: memoryCache(stored) })).toMatchObject({ stored, fromCache: false, bytes: body });
  }
});

test('cancelling ends the wait between tries', async () => {
  const stop = new AbortController();
  const { fetch } = server(status(503, { 'retry-after': '8' }));
  const onRetry = vi.fn(() => stop.abort());
  const began = performance.now();
  await expect(downloadFile(BASE, file, { fetch, cache: memoryCache(), signal: stop.signal, onRetry })).rejects.toMatchObject({ name: 'AbortError' });
  expect(onRetry).toHaveBeenCalledOnce();
  expect(performance.now() - began).toBeLessThan(4000);
});
