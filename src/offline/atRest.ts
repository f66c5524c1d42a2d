const REST_MS = 1000;
const MOST_MS = 10_000;
const LOOK_MS = 100;

/**
 * Resolves when the page has fetched nothing for a second, or after ten. Chromium starts a version that ends again for a fetch
 * in that very moment, and the new one then waits until the old one has been idle for half a minute.
 */
export async function atRest(busy: () => boolean): Promise<void> {
  const end = performance.now() + MOST_MS;
  let active = 0;
  for (let now = 0; (now = performance.now()) < end; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
    const fetched = performance.getEntriesByType('resource').map(({ startTime, duration }) => startTime + duration);
    active = busy() ? now : Math.max(active, ...fetched);
    if (now - active >= REST_MS) return;
  }
}
