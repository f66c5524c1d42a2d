import { PackError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { parseManifest, type Manifest } from '../engine/manifest.ts';
import { browserCache, type FileCache } from './file-cache.ts';
import { networkFirst, type NetworkFirstOptions } from './network-first.ts';
import { readRecords } from './pack-records.ts';

export interface ManifestOptions extends NetworkFirstOptions {
  /** Where packs are stored. */
  store?: FileCache;
}

/** The manifest that was stored together with this pack's files. */
async function storedManifest(url: string, store: FileCache): Promise<Manifest | null> {
  const record = (await readRecords(store)).find(({ id }) => id === url);
  return record ? parseManifest(record.manifest) : null;
}

/**
 * The manifest at `url`, from the network first, else the one kept with this pack's files: the studio works offline, and never
 * with files of another version. Throws `pack-missing`, `shard-is-html` or `unreachable`, and what is wrong with a manifest that came.
 */
export async function fetchManifest(url: string, options: ManifestOptions = {}): Promise<Manifest> {
  const { store = browserCache } = options;
  try {
    return await networkFirst(url, 'manifest.json', { parse: parseManifest, stored: () => storedManifest(url, store) }, options);
  } catch (error) {
    if (error instanceof PackError && error.code === 'shard-missing') throw new PackError('pack-missing', say`There is no pack at ${url}. Check the address, or upload the pack's whole folder.`, error.detail);
    throw error;
  }
}
