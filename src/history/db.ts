import { openDB, type DBSchema } from 'idb';
import { BlockedError, HistoryEntry, type HistoryDb } from './entry.ts';

const NAME = 'dpar-studio';
const VERSION = 1;
/** A tab that is alive makes room at once; one that is frozen never does. */
const BLOCKED_MS = 3000;

interface Schema extends DBSchema {
  entries: { key: string; value: HistoryEntry };
  logs: { key: string; value: string };
}

/** `work`, or `BlockedError` where it takes longer than `ms`. */
function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new BlockedError('Another tab keeps the database.')), ms); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The browser's own database. Rejects where there is none (some private modes), it cannot be opened, or another tab keeps it (`BlockedError`). */
export async function openHistoryDb(ms = BLOCKED_MS): Promise<HistoryDb> {
  const opening = openDB<Schema>(NAME, VERSION, {
    upgrade(fresh) {
      fresh.createObjectStore('entries', { keyPath: 'id' });
      fresh.createObjectStore('logs');
    },
    // Another tab wants a newer version: make room for it.
    blocking: () => void opening.then((open) => open.close()),
  });
  const db = await within(opening, ms).catch((error: unknown) => {
    // It may still open: then nobody is to be kept from it.
    void opening.then((late) => late.close(), () => undefined);
    throw error;
  });
  const both = () => db.transaction(['entries', 'logs'], 'readwrite');
  return {
    /** Rows that another version of the studio wrote in another shape are left alone. */
    async entries() {
      return (await db.getAll('entries')).flatMap((row) => HistoryEntry.safeParse(row).data ?? []);
    },
    log: (id) => db.get('logs', id),
    async put(entry, log) {
      const work = both();
      await Promise.all([work.objectStore('entries').put(entry), work.objectStore('logs').put(log, entry.id), work.done]);
    },
    async setPinned(id, pinned) {
      const work = db.transaction('entries', 'readwrite');
      const entry = await work.store.get(id);
      if (entry) await work.store.put({ ...entry, pinned });
      await work.done;
    },
    async remove(ids) {
      const work = both();
      await Promise.all([...ids.flatMap((id) => [work.objectStore('entries').delete(id), work.objectStore('logs').delete(id)]), work.done]);
    },
  };
}
