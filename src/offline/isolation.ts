/**
 * Cross-origin isolation, without which WebAssembly has no threads, on hosts that cannot set headers: the service worker
 * adds them to what it answers. Whether it shall is kept where page and worker both read it.
 */
const STORE = 'studio-isolation';
const OFF = 'off';

/** False after `setIsolation(false)`. */
export async function wantsIsolation(): Promise<boolean> {
  try {
    return !(await (await caches.open(STORE)).match(OFF));
  } catch {
    return false; // no storage, then no service worker's page either
  }
}

/** Holds from the next load on. */
export async function setIsolation(on: boolean): Promise<void> {
  const store = await caches.open(STORE);
  if (on) await store.delete(OFF);
  else await store.put(OFF, new Response(''));
}

const HEADERS = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** The host sends these headers itself: then isolation is not the service worker's to choose. To a fetch of the page, which is no document, that adds none. */
export async function isolatedByHost(): Promise<boolean> {
  try {
    const { headers } = await fetch(document.baseURI);
    return headers.get('Cross-Origin-Opener-Policy') === 'same-origin' && headers.has('Cross-Origin-Embedder-Policy');
  } catch {
    return false; // not reached, and not kept
  }
}

/** A page of its own, and the workers that it starts; a page inside another one is left as its host made it. */
export const isIsolated = (destination: RequestDestination): boolean => destination === 'document' || destination === 'worker' || destination === 'sharedworker';

/** The same answer with the headers of isolation. */
export function withIsolation(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
