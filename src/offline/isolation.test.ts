import { afterEach, expect, test, vi } from 'vitest';
import { isIsolated, isolatedByHost, setIsolation, wantsIsolation, withIsolation } from './isolation.ts';

afterEach(() => vi.unstubAllGlobals());

/** One cache that keeps what is put. */
function fakeCaches(): Map<string, Response> {
  const kept = new Map<string, Response>();
  const cache = {
    match: async (key: string) => kept.get(key),
    put: async (key: string, response: Response) => void kept.set(key, response),
    delete: async (key: string) => kept.delete(key),
  };
  vi.stubGlobal('caches', { open: async () => cache });
  return kept;
}

test('isolation is wanted until it is turned off', async () => {
  fakeCaches();
  expect(await wantsIsolation()).toBe(true);
  await setIsolation(false);
  expect(await wantsIsolation()).toBe(false);
  await setIsolation(true);
  expect(await wantsIsolation()).toBe(true);
});

test('without storage nothing is isolated', async () => {
  vi.stubGlobal('caches', { open: () => Promise.reject(new Error('refused')) });
  expect(await wantsIsolation()).toBe(false);
});

test('the host isolates where its own page has both headers', async () => {
  vi.stubGlobal('document', { baseURI: 'https://studio.test/folder/' });
  const asked = vi.fn<(url: string) => Promise<Response>>(async () => withIsolation(new Response('<p>')));
  vi.stubGlobal('fetch', asked);
  expect(await isolatedByHost()).toBe(true);
  expect(asked).toHaveBeenCalledExactlyOnceWith('https://studio.test/folder/');
  asked.mockResolvedValueOnce(new Response('<p>'));
  expect(await isolatedByHost()).toBe(false);
  asked.mockRejectedValueOnce(new TypeError('offline'));
  expect(await isolatedByHost()).toBe(false);
});

test('pages and workers are isolated, not what is inside another page', () => {
  expect((['document', 'worker', 'sharedworker', 'iframe', 'script', 'image', ''] as RequestDestination[]).filter(isIsolated)).toEqual(['document', 'worker', 'sharedworker']);
});

test('an answer keeps status, body and headers', async () => {
  const answer = withIsolation(new Response('<p>', { status: 203, headers: { 'content-type': 'text/html' } }));
  expect(answer.status).toBe(203);
  expect(Object.fromEntries(answer.headers)).toEqual({ 'content-type': 'text/html', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' });
  expect(await answer.text()).toBe('<p>');
});
