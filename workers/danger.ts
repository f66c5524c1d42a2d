import { browserCache, type FileCache } from '../packs/file-cache.ts';

/** After this long what went wrong is tried again: drivers and browsers are mended. */
const KEPT_MS = 7 * 24 * 3600 * 1000;
/** Tries in a row that came to no end: one may have been cut off by a reload, or by another pack, which ends the worker. */
const UNFINISHED = 2;

/** The tries in a row that a note counts; none where it is old, or of a clock that was far ahead. An earlier version noted no count. */
function triesOf(note: Uint8Array<ArrayBuffer> | null, now: number): number {
  if (!note || note.length % Float64Array.BYTES_PER_ELEMENT !== 0) return 0;
  const [when, tries = 1] = new Float64Array(note.buffer);
  return Math.abs(now - when!) < KEPT_MS ? tries : 0;
}

/**
 * Tries what may take the GPU, or the whole worker, with it. That it is being tried is noted first, and the note is only taken back
 * where the work ended well by its own account: so it is left alone for a week after it ended badly, or came to no end twice in a
 * row. Null where it is left alone.
 */
export async function tryDanger<T>(
  name: string, work: () => Promise<T>, wentWell: (result: T) => boolean, cache: FileCache = browserCache, now = Date.now,
): Promise<T | null> {
  const key = `tried/${name}`;
  const note = (tries: number) => cache.write(key, new Uint8Array(Float64Array.of(now(), tries).buffer));
  const tries = triesOf(await cache.read(key), now());
  if (tries >= UNFINISHED) return null;
  await note(tries + 1);
  let well = false;
  try {
    const result = await work();
    well = wentWell(result);
    return result;
  } finally {
    await (well ? cache.forget(key) : note(UNFINISHED));
  }
}
