const NAME = 'dpar-studio-files';

/** Verified files by hash. Never required: private windows and full disks simply download again. */
export interface FileCache {
  read(sha256: string): Promise<Uint8Array<ArrayBuffer> | null>;
  write(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  forget(sha256: string): Promise<void>;
}

/** Cache keys have to be addresses; these are never fetched. */
const key = (sha256: string) => new URL(`/sha256/${sha256}`, location.origin).href;

export const browserCache: FileCache = {
  async read(sha256) {
    try {
      const hit = await (await caches.open(NAME)).match(key(sha256));
      return hit ? new Uint8Array(await hit.arrayBuffer()) : null;
    } catch {
      return null;
    }
  },
  async write(sha256, bytes) {
    try {
      await (await caches.open(NAME)).put(key(sha256), new Response(bytes));
    } catch {
      // No storage, or the quota is used up: the bytes in memory are enough.
    }
  },
  async forget(sha256) {
    try {
      await (await caches.open(NAME)).delete(key(sha256));
    } catch {
      // Nothing was stored.
    }
  },
};
