const NAME = 'dpar-studio-files';

/** full: the quota is used up. none: there is no storage (a private window, or it is turned off). */
export type Stored = 'stored' | 'full' | 'none';

/** Verified files by hash. Never required: private windows and full disks simply download again. */
export interface FileCache {
  read(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<Stored>;
  forget(key: string): Promise<void>;
  /** What is kept, without reading it into memory. Throws where there is no storage. */
  blob?(key: string): Promise<Blob | null>;
}

/** Cache keys have to be addresses; these are never fetched. */
const keyAddress = (key: string) => new URL(`/sha256/${key}`, location.origin).href;

export const openCache = () => caches.open(NAME);

export const browserCache: FileCache = {
  async read(key) {
    try {
      const hit = await (await openCache()).match(keyAddress(key));
      return hit ? new Uint8Array(await hit.arrayBuffer()) : null;
    } catch {
      return null;
    }
  },
  async write(key, bytes) {
    try {
      const headers = { 'content-length': String(bytes.length), date: new Date().toUTCString() };
      await (await openCache()).put(keyAddress(key), new Response(bytes, { headers }));
      return 'stored';
    } catch (error) {
      return error instanceof Error && error.name === 'QuotaExceededError' ? 'full' : 'none';
    }
  },
  async blob(key) {
    const hit = await (await openCache()).match(keyAddress(key));
    return hit ? hit.blob() : null;
  },
  async forget(key) {
    try {
      await (await openCache()).delete(keyAddress(key));
    } catch {
      // Nothing was stored.
    }
  },
};
