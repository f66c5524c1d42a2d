import * as z from 'zod/mini';
import { filesOf } from '../engine/manifest-files.ts';
import { PackFile } from '../engine/manifest.ts';
import { browserCache, type FileCache, type Stored } from './file-cache.ts';
import { utf8 } from '../engine/sha256.ts';

/** What this browser keeps of one pack, or of the runtime: which files, since when. */
export const PackRecord = z.object({
  /** Address of its manifest; for the runtime `runtimeId`, which is none. */
  id: z.string(),
  /** Where its files are fetched, where that is not `id`. */
  base: z.optional(z.string()),
  title: z.string(),
  /** Hash of the manifest, or the runtime's version. */
  version: z.string(),
  /** The manifest as it came; kept with the files it names, so that both are of one version. */
  manifest: z.unknown(),
  files: z.array(PackFile),
  /** Milliseconds since 1970. */
  savedAt: z.number(),
});
export type PackRecord = z.infer<typeof PackRecord>;

const LIST = 'records';

/** What the record of every site's runtime was called once. */
const ONE_RUNTIME = 'runtime';

/** Id of the record of onnxruntime's files: sites below one origin share its storage, and each keeps its own. */
export const runtimeId = (base: string): string => `${ONE_RUNTIME} ${new URL('.', base).href}`;

/** A record of an earlier version as it would be written today. */
const asToday = (record: PackRecord): PackRecord => (record.id === ONE_RUNTIME && record.base ? { ...record, id: runtimeId(record.base) } : record);

/** The records as stored; nothing where there is no storage or it was damaged. */
export async function readRecords(cache: FileCache = browserCache): Promise<PackRecord[]> {
  const bytes = await cache.read(LIST);
  if (!bytes) return [];
  try {
    return z.array(PackRecord).parse(JSON.parse(new TextDecoder().decode(bytes))).map(asToday);
  } catch {
    return [];
  }
}

/** A frozen tab may hold the lock for ever; the list takes milliseconds to write. */
const LOCK_MS = 2000;

/** Two tabs must not write the list over each other; a tab that keeps the lock is not waited for beyond two seconds. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (typeof navigator === 'undefined' || !navigator.locks) return work();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LOCK_MS);
  let begun = false;
  try {
    return await (navigator.locks.request('dpar-studio-records', { signal: patience.signal }, () => {
      begun = true;
      clearTimeout(timer);
      return work();
    }) as Promise<T>);
  } catch (error) {
    if (begun || !patience.signal.aborted) throw error;
    return work();
  } finally {
    clearTimeout(timer);
  }
}

/** All that may be stored of a record: pictures and recordings are fetched one by one, when they are shown. */
export const filesNamed = ({ files, manifest }: PackRecord): PackFile[] =>
  [...new Map([...files, ...filesOf(manifest)].map((file) => [file.sha256, file])).values()];

/** Removes the files that no record names any more. */
async function forgetUnnamed(records: PackRecord[], before: PackRecord[], cache: FileCache): Promise<void> {
  const named = new Set(records.flatMap(filesNamed).map((file) => file.sha256));
  const unnamed = new Set(before.flatMap(filesNamed).map((file) => file.sha256).filter((sha256) => !named.has(sha256)));
  for (const sha256 of unnamed) await cache.forget(sha256);
}

/** Replaces the list, then removes what it does not name. */
async function write(records: PackRecord[], before: PackRecord[], cache: FileCache): Promise<Stored> {
  const stored = await cache.write(LIST, utf8(JSON.stringify(records)) as Uint8Array<ArrayBuffer>);
  if (stored === 'stored') await forgetUnnamed(records, before, cache);
  return stored;
}

/** Adds the files to the record of the same version; another version is replaced, once all of the new one is there. `anew`: all of it was fetched just now. */
export function saveRecord(record: PackRecord, cache: FileCache = browserCache, anew = false): Promise<Stored> {
  return alone(async () => {
    const before = await readRecords(cache);
    const same = before.find((other) => other.id === record.id && other.version === record.version);
    const files = new Map([...(same?.files ?? []), ...record.files].map((file) => [file.sha256, file]));
    const merged = { ...record, files: [...files.values()], savedAt: anew ? record.savedAt : same?.savedAt ?? record.savedAt };
    return write([...before.filter((other) => other.id !== record.id), merged], before, cache);
  });
}

export function deleteRecord(id: string, cache: FileCache = browserCache): Promise<Stored> {
  return alone(async () => {
    const before = await readRecords(cache);
    const rest = before.filter((record) => record.id !== id);
    const stored = await write(rest, before, cache);
    if (stored !== 'full') return stored;
    // Where there is no room for the shorter list either, the files make it.
    await forgetUnnamed(rest, before, cache);
    return write(rest, before, cache);
  });
}
