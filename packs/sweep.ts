import type { PackFile } from '../engine/manifest.ts';
import { browserCache, openCache, type FileCache } from './file-cache.ts';
import { filesNamed, readRecords } from './pack-records.ts';

/** A download that has not continued for this long is given up, for instance of a version that its host no longer has. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** A file by its hash, or a part of one. */
const FILE = /\/sha256\/([0-9a-f]{64})(\/part\/\d+)?$/;

export interface SweepOptions {
  /** Files of a pack that is open, recorded or not. */
  inUse?: readonly PackFile[];
  /** Milliseconds since 1970. */
  now?: number;
  open?: () => Promise<Cache>;
  /** Where the records are. */
  store?: FileCache;
}

/**
 * Removes what old downloads that broke off have left behind and no list shows: parts, and whole files that no record names.
 * Where there are no records, or they cannot be read, whole files stay.
 */
export async function sweep({ inUse = [], now = Date.now(), open = openCache, store = browserCache }: SweepOptions = {}): Promise<void> {
  try {
    const cache = await open();
    const old: Request[] = [];
    for (const request of await cache.keys()) {
      if (!FILE.test(request.url)) continue;
      const saved = Date.parse((await cache.match(request))?.headers.get('date') ?? '');
      if (!(Math.abs(now - saved) < KEPT_MS)) old.push(request); // a clock may have been years ahead
    }
    // Read last, so that what another tab has recorded meanwhile stays.
    const records = await readRecords(store);
    const needed = new Set([...inUse, ...records.flatMap(filesNamed)].map((file) => file.sha256));
    for (const request of old) {
      const [, sha256, part] = FILE.exec(request.url)!;
      if (part === undefined && (records.length === 0 || needed.has(sha256!))) continue;
      await cache.delete(request);
    }
  } catch {
    // There is no storage, so nothing was left in it.
  }
}
