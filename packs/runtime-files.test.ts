import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { browserCache } from './file-cache.ts';
import { fetchRuntime } from './runtime-files.ts';
import { deleteStored, listStored } from './stored.ts';
import type { memoryCache } from './testing/memory-cache.ts';

const { site } = vi.hoisted(() => ({ site: { base: '', version: '', builds: { wasm: [] as object[] } } }));
vi.mock('virtual:ort-wasm', () => ({ get base() { return site.base; }, get version() { return site.version; }, get builds() { return site.builds; } }));
vi.mock('./file-cache.ts', async () => ({ browserCache: (await import('./testing/memory-cache.ts')).memoryCache() }));
afterEach(() => vi.unstubAllGlobals());

const { files } = browserCache as ReturnType<typeof memoryCache>;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A visit of a site with this version of onnxruntime, and the hash of its file. */
async function visit(folder: string, version: string): Promise<string> {
  const bytes = new TextEncoder().encode(version);
  Object.assign(site, { base: `https://host.test/${folder}/assets/worker-${version}.js`, version, builds: { wasm: [{ path: 'ort.0', bytes: bytes.length, sha256: hashOf(bytes) }] } });
  vi.stubGlobal('fetch', async () => new Response(bytes));
  expect(await fetchRuntime('wasm', () => undefined)).toEqual(bytes);
  return hashOf(bytes);
}

test('two sites of one origin keep their own onnxruntime, and a new version takes the place of the old one of its site', async () => {
  const [a, b] = [await visit('a', '1.29'), await visit('b', '1.30')];
  expect((await listStored()).map(({ title }) => title).sort()).toEqual(['onnxruntime 1.29', 'onnxruntime 1.30']);
  expect([a, b].map((hash) => files.has(hash))).toEqual([true, true]);
  const newer = await visit('a', '1.31');
  expect([a, b, newer].map((hash) => files.has(hash))).toEqual([false, true, true]);
  for (const { id } of await listStored()) await deleteStored(id);
  expect([...files.keys()]).toEqual(['records']);
});
