import { openCache } from './file-cache.ts';

/** A download that has not continued for this long is given up, for instance of a version that its host no longer has. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** Removes what old downloads that broke off have left behind: no list names their parts. */
export async function sweepParts(now = Date.now(), open = openCache): Promise<void> {
  try {
    const cache = await open();
    for (const request of await cache.keys()) {
      if (!/\/part\/\d+$/.test(request.url)) continue;
      const saved = Date.parse((await cache.match(request))?.headers.get('date') ?? '');
      if (!(now - saved < KEPT_MS)) await cache.delete(request);
    }
  } catch {
    // There is no storage, so nothing was left in it.
  }
}
