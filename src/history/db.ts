import { openDB, type DBSchema } from 'idb';
import { HistoryEntry, type HistoryDb } from './entry.ts';

const NAME = 'dpar-studio';
const VERSION = 1;

interface Schema extends DBSchema {
  entries: { key: string; value: HistoryEntry };
  logs: { key: string; value: string };
}

/** The browser's own database. Rejects where there is none (some private modes) or it cannot be opened. */
export async function openHistoryDb(): Promise<HistoryDb> {
  const db = await openDB<Schema>(NAME, VERSION, {
    upgrade(fresh) {
      fresh.createObjectStore('entries', { keyPath: 'id' });
      fresh.createObjectStore('logs');
    },
    // Another tab wants a newer version: make room for it.
    blocking: () => db.close(),
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
