import * as z from 'zod/mini';
import { PackError, toTagged } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { utf8 } from '../engine/sha256.ts';
import { browserCache, type FileCache } from './file-cache.ts';
import { networkFirst, type NetworkFirstOptions } from './network-first.ts';
import { jsonOf } from './small-file.ts';

/** models/index.json, written by the exporter beside the packs (docs/packs.md). */
const PackList = z.object({
  packs: z.array(z.object({ name: z.string(), title: z.string(), kind: z.enum(['dpar', 'gpt']), bytes: z.number().check(z.minimum(0)) })),
});
type PackList = z.infer<typeof PackList>;
export type PackEntry = PackList['packs'][number];

export interface PackListOptions extends Omit<NetworkFirstOptions, 'signal' | 'onSlow'> {
  /** Where the last list is kept. */
  store?: FileCache;
}

const parse = (json: unknown): PackList => PackList.parse(json);
/** One host may have several sites. */
const keyOf = (url: string) => `list/${encodeURIComponent(url)}`;

async function storedList(key: string, store: FileCache): Promise<PackList | null> {
  const bytes = await store.read(key);
  return bytes && parse(jsonOf(bytes, 'index.json'));
}

/**
 * The packs beside this page: from the network first, else as they were listed last. A site without a list, or with a damaged one,
 * has only the pack of the address: an empty list. Throws `unreachable` where it is not known what there is.
 */
export async function fetchPackList(base: string, options: PackListOptions = {}): Promise<PackEntry[]> {
  const { store = browserCache } = options;
  const url = new URL('models/index.json', base).href;
  const key = keyOf(url);
  try {
    const list = await networkFirst(url, 'index.json', { parse, stored: () => storedList(key, store) }, { tries: 1, ...options });
    void store.write(key, utf8(JSON.stringify(list)) as Uint8Array<ArrayBuffer>);
    return list.packs;
  } catch (error) {
    const { code, detail } = toTagged(error);
    if (code === 'unreachable') throw new PackError('unreachable', say`The list of packs could not be fetched. Check the connection and retry.`, detail);
    return [];
  }
}
