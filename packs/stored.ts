import { StudioError } from '../engine/errors.ts';
import type { PackFile } from '../engine/manifest.ts';
import { say } from '../engine/phrase.ts';
import { sha256Large } from '../engine/sha256.ts';
import { downloadEach, worstOf, type DownloadOptions } from './download.ts';
import { browserCache, type FileCache } from './file-cache.ts';
import { usableMirrors } from './origins.ts';
import { deleteRecord, filesNamed, readRecords, saveRecord, type PackRecord } from './pack-records.ts';

export interface StoredPack {
  id: string;
  title: string;
  bytes: number;
  savedAt: number;
  files: number;
}

interface Checked {
  /** Paths that are missing or differ from their hash; these were removed and are fetched anew with the next load. */
  damaged: string[];
  checked: number;
}

/** Whether a file is there, without its bytes where the cache can tell. */
const isThere = async ({ sha256 }: PackFile, cache: FileCache): Promise<boolean> =>
  (await (cache.blob ? cache.blob(sha256).catch(() => null) : cache.read(sha256))) !== null;

/** The files of a record that are there: what a run needs, and the pictures and recordings that were shown. */
async function kept(record: PackRecord, cache: FileCache) {
  const needed = new Set(record.files.map((file) => file.sha256));
  const files = [];
  for (const file of filesNamed(record)) if (needed.has(file.sha256) || (await isThere(file, cache))) files.push(file);
  return files;
}

async function summary(record: PackRecord, cache: FileCache): Promise<StoredPack> {
  const { id, title, savedAt } = record;
  const files = await kept(record, cache);
  return { id, title, savedAt, files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
}

const recordOf = async (id: string, cache: FileCache) => (await readRecords(cache)).find((entry) => entry.id === id);

/** What is kept, the newest first. */
export async function listStored(cache: FileCache = browserCache): Promise<StoredPack[]> {
  return (await Promise.all((await readRecords(cache)).map((record) => summary(record, cache)))).sort((a, b) => b.savedAt - a.savedAt);
}

/** Reads every file again and compares its hash. */
export async function verifyStored(id: string, cache: FileCache = browserCache): Promise<Checked> {
  const record = await recordOf(id, cache);
  const files = record ? await kept(record, cache) : [];
  const damaged: string[] = [];
  for (const file of files) {
    const bytes = await cache.read(file.sha256);
    if (bytes?.length === file.bytes && (await sha256Large(bytes)) === file.sha256) continue;
    await cache.forget(file.sha256);
    damaged.push(file.path);
  }
  return { damaged, checked: files.length };
}

/** Fetches all of it again, past every cache. What is stored stays until the new bytes are there, so a failure loses nothing. Throws `write-failed` where the browser does not keep them. */
export async function renewStored(id: string, options: DownloadOptions = {}): Promise<void> {
  const { cache = browserCache } = options;
  const record = await recordOf(id, cache);
  if (!record) return;
  const { mirrors } = (record.manifest ?? {}) as { mirrors?: string[] };
  const files = await kept(record, cache);
  const got = await downloadEach(record.base ?? id, files, { ...options, mirrors: usableMirrors(mirrors, globalThis.location?.origin ?? ''), anew: true }, (_, { stored }) => ({ stored }));
  const stored = worstOf(got) === 'stored' ? await saveRecord({ ...record, savedAt: Date.now() }, cache, true) : 'full';
  if (stored !== 'stored') throw new StudioError('write-failed', say`The browser did not keep the new files. Make room on this device, then download again.`);
}

export const deleteStored = (id: string, cache: FileCache = browserCache) => deleteRecord(id, cache);
