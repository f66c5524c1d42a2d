import { browserCache, type FileCache } from '../packs/file-cache.ts';

/** After this long what went wrong is tried again: drivers and browsers are mended. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/**
 * Tries what may take the GPU, or the whole worker, with it. That it is being tried is noted first, and the note is only taken back
 * where the work ended well by its own account: so it is left alone for a week after it went wrong. Null where it is left alone.
 */
export async function tryDanger<T>(
  name: string, work: () => Promise<T>, wentWell: (result: T) => boolean, cache: FileCache = browserCache, now = Date.now,
): Promise<T | null> {
  const key = `tried/${name}`;
  const note = await cache.read(key);
  if (note?.length === 8 && now() - new Float64Array(note.buffer)[0]! < KEPT_MS) return null;
  await cache.write(key, new Uint8Array(Float64Array.of(now()).buffer));
  const result = await work();
  if (wentWell(result)) await cache.forget(key);
  return result;
}
