import { sha256Large } from '../../engine/sha256.ts';
import { browserCache, type FileCache } from '../../workers/file-cache.ts';
import { deleteRecord, readRecords, type PackRecord } from '../../workers/pack-records.ts';

export interface StoredPack {
  id: string;
  title: string;
  bytes: number;
  savedAt: number;
  files: number;
}

export interface Verdict {
  /** Paths that are missing or differ from their hash; these were removed and are fetched anew with the next load. */
  damaged: string[];
  checked: number;
}

const summary = ({ id, title, files, savedAt }: PackRecord): StoredPack =>
  ({ id, title, savedAt, files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) });

/** What is kept, the newest first. */
export async function listStored(cache: FileCache = browserCache): Promise<StoredPack[]> {
  return (await readRecords(cache)).map(summary).sort((a, b) => b.savedAt - a.savedAt);
}

/** Reads every file again and compares its hash. */
export async function verifyStored(id: string, cache: FileCache = browserCache): Promise<Verdict> {
  const record = (await readRecords(cache)).find((entry) => entry.id === id);
  const damaged: string[] = [];
  for (const file of record?.files ?? []) {
    const bytes = await cache.read(file.sha256);
    if (bytes?.length === file.bytes && (await sha256Large(bytes)) === file.sha256) continue;
    await cache.forget(file.sha256);
    damaged.push(file.path);
  }
  return { damaged, checked: record?.files.length ?? 0 };
}

export const deleteStored = (id: string, cache: FileCache = browserCache) => deleteRecord(id, cache);

/** How long ago, in words. A clock that was set back gives "just now", never a time to come. */
export function ageText(savedAt: number, now: number): string {
  const minutes = Math.floor((now - savedAt) / 60_000);
  if (minutes < 2) return 'just now';
  if (minutes < 120) return `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours ago` : `${Math.floor(hours / 24)} days ago`;
}
