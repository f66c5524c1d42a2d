import { PackError } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import type { FileCache } from './file-cache.ts';

/** The files of a pack from a folder or zip. They are verified like stored ones; nothing is asked of the network. */
export const localFiles = (files: Record<string, Blob>): FileCache => ({
  async read(key) {
    if (Object.hasOwn(files, key)) return new Uint8Array(await files[key]!.arrayBuffer());
    if (key.includes('/')) return null; // a part of an earlier download
    throw new PackError('shard-missing', say`The dropped pack lacks a file that its manifest names, or has another version of it. Take the whole pack again.`, quote(key));
  },
  blob: async (key) => files[key] ?? null,
  write: async () => 'none',
  forget: async (key) => {
    throw new PackError('shard-altered', say`A file of the dropped pack is not the one its manifest names: it is damaged, or was changed after it was opened. Take the whole pack again.`, quote(key));
  },
});
