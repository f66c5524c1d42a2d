import { afterEach, expect, test, vi } from 'vitest';
import { browserCache } from './file-cache.ts';

const bytes = new Uint8Array([1, 2, 3]);
const stub = (open: () => Promise<unknown>) => {
  vi.stubGlobal('location', { origin: 'https://studio.test' });
  vi.stubGlobal('caches', { open });
};
afterEach(() => vi.unstubAllGlobals());

test('what is written is read back by its hash, and forgotten', async () => {
  const kept = new Map<string, Response>();
  stub(async () => ({
    match: async (key: string) => kept.get(key)?.clone(), put: async (key: string, response: Response) => void kept.set(key, response), delete: async (key: string) => kept.delete(key),
  }));
  expect(await browserCache.write('ab12', bytes)).toBe('stored');
  expect([...kept.keys()]).toEqual(['https://studio.test/sha256/ab12']);
  expect(await browserCache.read('ab12')).toEqual(bytes);
  await browserCache.forget('ab12');
  expect(await browserCache.read('ab12')).toBeNull();
});

test('a full disk is not taken for a browser that keeps nothing', async () => {
  const error = new DOMException('no room', 'QuotaExceededError');
  stub(async () => ({ put: () => Promise.reject(error) }));
  expect(await browserCache.write('ab12', bytes)).toBe('full');
});

test.each([
  ['refuses (private mode)', () => stub(() => Promise.reject(new DOMException('no', 'SecurityError')))],
  ['is not there (no Cache API)', () => vi.stubGlobal('caches', undefined)],
])('a cache that %s is as one that is empty', async (_, arrange) => {
  arrange();
  expect(await browserCache.read('ab12')).toBeNull();
  expect(await browserCache.write('ab12', bytes)).toBe('none');
  await expect(browserCache.forget('ab12')).resolves.toBeUndefined();
});
