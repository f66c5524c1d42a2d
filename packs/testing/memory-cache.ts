import type { FileCache, Stored } from '../file-cache.ts';

/** A file cache in memory, whose content tests may look at and change; one that answers other than `stored` keeps nothing. */
export function memoryCache(answer: Stored = 'stored') {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    files,
    read: async (key: string) => files.get(key) ?? null,
    write: async (key: string, bytes: Uint8Array<ArrayBuffer>) => {
      if (answer === 'stored') files.set(key, bytes);
      return answer;
    },
    forget: async (key: string) => void files.delete(key),
  } satisfies FileCache & { files: unknown };
}
