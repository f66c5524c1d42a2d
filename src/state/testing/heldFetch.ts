import { vi } from 'vitest';

/** Holds every request whose address has `part` in it until `arrive` is called; the others go on to the site of the test. */
export function heldFetch(part: string) {
  const inner = fetch;
  let arrive!: () => void;
  const arrived = new Promise<void>((resolve) => { arrive = resolve; });
  const asked = vi.fn();
  vi.stubGlobal('fetch', async (url: string) => {
    if (url.includes(part)) {
      asked();
      await arrived;
    }
    return inner(url);
  });
  return { asked, arrive };
}
