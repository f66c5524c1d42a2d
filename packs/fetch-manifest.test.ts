import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Manifest } from '../engine/manifest.ts';
import { fetchManifest, type ManifestOptions } from './fetch-manifest.ts';
import { saveRecord } from './pack-records.ts';
import { memoryCache } from './testing/memory-cache.ts';

const text = readFileSync(join(import.meta.dirname, '../fixtures/models/nano/manifest.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => { server!.listen(0, '127.0.0.1', resolve); });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/nano/manifest.json`;
}

const quick = { stallMs: 60, wholeMs: 300, storedMs: 20, firstWaitMs: 1 } satisfies ManifestOptions;

/** What came of it: its code, and how long it took. */
async function tried(listener: RequestListener, options: ManifestOptions = quick) {
  const store = memoryCache();
  const url = await serve(listener);
  const began = performance.now();
  const got = await fetchManifest(url, { store, ...options }).catch((error: { code: string; message: string; detail?: string }) => error);
  return { got, ms: performance.now() - began };
}

const silent: RequestListener = () => undefined;
const headersOnly: RequestListener = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
const drip: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(timer));
};

describe('a manifest that never arrives', () => {
  test.each([['silence', silent, 'No byte came', 60], ['headers only', headersOnly, 'No byte came', 60], ['a drip', drip, 'not complete', 5000]])('%s: an end with its reason', async (_, listener, why, stallMs) => {
    const onSlow = vi.fn();
    const { got, ms } = await tried(listener, { ...quick, stallMs, onSlow });
    expect(got).toMatchObject({ code: 'unreachable', detail: { template: expect.stringContaining(why) } });
    expect(ms).toBeLessThan(2000);
    expect(onSlow, 'and a word before').toHaveBeenCalledOnce();
  });

  test.each([['silence', silent], ['headers only', headersOnly], ['a drip', drip], ['errors', ((_, response) => void response.writeHead(503).end()) as RequestListener]])('%s: what is stored opens within three seconds', async (_, listener) => {
    const store = memoryCache();
    const url = await serve(listener);
    await saveRecord({ id: url, title: 'Nano', version: '1', manifest, files: [], savedAt: 1 }, store);
    const onSlow = vi.fn();
    const began = performance.now();
    expect((await fetchManifest(url, { store, onSlow })).name).toBe(manifest.name);
    expect(performance.now() - began).toBeLessThan(3900);
    expect(onSlow).not.toHaveBeenCalled();
  }, 10_000);

  test('one that comes in time is taken before what is stored', async () => {
    const store = memoryCache();
    const url = await serve((_, response) => void setTimeout(() => response.end(text.replace(manifest.title, 'Newer')), 30));
    await saveRecord({ id: url, title: 'Nano', version: '1', manifest, files: [], savedAt: 1 }, store);
    expect((await fetchManifest(url, { store })).title).toBe('Newer');
  });

  test('who goes elsewhere ends it', async () => {
    const stop = new AbortController();
    const url = await serve(silent);
    setTimeout(() => stop.abort(), 30);
    await expect(fetchManifest(url, { store: memoryCache(), signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('an answer that is not the pack\'s', () => {
  const page = (status: number, type = 'text/html'): RequestListener => (_, response) => void response.writeHead(status, { 'content-type': type }).end('<!doctype html>Sign in');

  test.each([
    ['a sign-in page', page(200), 'shard-is-html'], ['a sign-in page that says it is JSON', page(200, 'application/json'), 'shard-is-html'],
    ['a proxy that refuses (403)', page(403), 'pack-missing'], ['a network that wants a sign-in (511)', page(511), 'unreachable'],
  ] as const)('%s: what is stored opens, else an end with its reason', async (_, listener, code) => {
    const store = memoryCache();
    const url = await serve(listener);
    await expect(fetchManifest(url, { ...quick, store })).rejects.toMatchObject({ code });
    await saveRecord({ id: url, title: 'Nano', version: '1', manifest, files: [], savedAt: 1 }, store);
    expect((await fetchManifest(url, { ...quick, storedMs: 5000, store })).name).toBe(manifest.name);
  });

  const cut: RequestListener = (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, 900));
  const nothing: RequestListener = (_, response) => void response.writeHead(204).end();

  test.each([['a part of it', cut], ['nothing', nothing]])('%s: what is stored opens, else it is not JSON', async (_, listener) => {
    const store = memoryCache();
    const url = await serve(listener);
    await expect(fetchManifest(url, { ...quick, store })).rejects.toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('is not JSON') });
    await saveRecord({ id: url, title: 'Nano', version: '1', manifest, files: [], savedAt: 1 }, store);
    expect((await fetchManifest(url, { ...quick, storedMs: 5000, store })).name).toBe(manifest.name);
  });

  test('a part of it, once: it is asked for again', async () => {
    let asked = 0;
    const { got } = await tried((request, response) => (asked++ === 0 ? cut(request, response) : void response.end(text)));
    expect(got).toMatchObject({ name: manifest.name });
  });

  test('a new manifest that this studio cannot use is named, though another is stored', async () => {
    const store = memoryCache();
    const url = await serve((_, response) => void response.end(JSON.stringify({ ...manifest, formatVersion: 2 })));
    await saveRecord({ id: url, title: 'Nano', version: '1', manifest, files: [], savedAt: 1 }, store);
    await expect(fetchManifest(url, { ...quick, storedMs: 5000, store })).rejects.toMatchObject({ code: 'manifest-version' });
  });

  test('a host that calls every file a web page is no hindrance', async () => {
    const { got } = await tried((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(text));
    expect(got).toMatchObject({ name: manifest.name });
  });

  test('no network, and what is stored is refused by the checks of today: the network is named', async () => {
    const store = memoryCache();
    const url = await serve(page(511));
    await saveRecord({ id: url, title: 'Nano', version: '1', manifest: { ...manifest, title: ' Nano' }, files: [], savedAt: 1 }, store);
    await expect(fetchManifest(url, { ...quick, storedMs: 5000, store })).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('a pack that is gone (404) is missing, though it is stored', async () => {
    const store = memoryCache();
    const url = await serve(page(404));
    await saveRecord({ id: url, title: 'Nano', version: '1', manifest, files: [], savedAt: 1 }, store);
    await expect(fetchManifest(url, { ...quick, storedMs: 5000, store })).rejects.toMatchObject({ code: 'pack-missing' });
  });
});

describe('a manifest beyond measure', () => {
  const MOST = 16_000_000;

  test('one without end is left once it is longer than any manifest', async () => {
    let sent = 0;
    const { got } = await tried((_, response) => {
      const block = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        while (!response.destroyed && sent < 1e9) {
          sent += block.length;
          if (!response.write(block)) return;
        }
      };
      response.on('drain', more);
      more();
    }, { ...quick, stallMs: 5000, wholeMs: 20_000, storedMs: 10_000 });
    expect(got).toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('16 MB') });
    expect(sent).toBeLessThan(8 * MOST);
  });

  test('one that unpacks to far more than it weighs is left at the same length', async () => {
    const packed = gzipSync(Buffer.alloc(400 * 1024 * 1024, ' '), { level: 1 });
    const before = process.memoryUsage().rss;
    const { got } = await tried((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(packed);
    }, { ...quick, stallMs: 5000, wholeMs: 20_000, storedMs: 10_000 });
    expect(got).toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('16 MB') });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('one nested 100,000 deep is refused with that reason', async () => {
    const deep = `${text.trimEnd().slice(0, -1)},"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect((await tried((_, response) => void response.end(deep))).got).toMatchObject({ code: 'manifest-invalid', detail: { values: [expect.stringContaining('nested more than 64 deep')] } });
  });

  test('one with 100,000 classes is refused with the number that is taken', async () => {
    const classes = Array.from({ length: 100_000 }, (_, i) => ({ id: `c${i}`, label: `Class ${i}` }));
    const { got, ms } = await tried((_, response) => void response.end(JSON.stringify({ ...manifest, classes })), { ...quick, stallMs: 5000, wholeMs: 20_000 });
    expect(got).toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('4096') });
    expect(ms).toBeLessThan(5000);
  });

  test('half a character in the id of a class is refused', async () => {
    const half = text.replace(`"id": "${manifest.classes[0]!.id}"`, '"id": "\\ud800"').replace(`"id":"${manifest.classes[0]!.id}"`, '"id":"\\ud800"');
    expect(half).not.toBe(text);
    expect((await tried((_, response) => void response.end(half))).got).toMatchObject({ code: 'manifest-invalid', detail: { values: [expect.stringContaining('half a character')] } });
  });
});
