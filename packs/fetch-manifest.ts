import { PackError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { parseManifest, type Manifest } from '../engine/manifest.ts';
import { browserCache, type FileCache } from './file-cache.ts';
import { readRecords } from './pack-records.ts';
import { sleep } from './retry.ts';
import { fetchJson, type SmallFileOptions } from './small-file.ts';

/** The network has this long before what is stored is taken. */
const STORED_MS = 3000;
/** What a proxy, or a network that wants a sign-in, answers in the place of a host: it says nothing about the pack. */
const REFUSED = [401, 403, 451];

export interface ManifestOptions extends Omit<SmallFileOptions, 'cache'> {
  storedMs?: number;
  /** Called once where the network takes its time and nothing is stored. */
  onSlow?: () => void;
  /** Where packs are stored. */
  store?: FileCache;
}

/** The manifest that was stored together with this pack's files. */
async function storedManifest(url: string, store: FileCache): Promise<Manifest | null> {
  const record = (await readRecords(store)).find(({ id }) => id === url);
  return record ? parseManifest(record.manifest) : null;
}

/**
 * The manifest at `url`, always asked for anew. Where the network fails, is silent for three seconds, or answers in the pack's
 * place (a web page, a refusal), the one kept with this pack's files: the studio works offline, and never with files of another
 * version. Throws `pack-missing`, `shard-is-html` or `unreachable`, and what is wrong with a manifest that came.
 */
export async function fetchManifest(url: string, options: ManifestOptions = {}): Promise<Manifest> {
  const { storedMs = STORED_MS, onSlow, store = browserCache, signal, fetch = globalThis.fetch.bind(globalThis) } = options;
  const overtaken = new AbortController();
  let refused = false;
  const asked = fetchJson(url, 'manifest.json', {
    ...options, signal: signal ? AbortSignal.any([signal, overtaken.signal]) : overtaken.signal,
    fetch: async (...request) => {
      const response = await fetch(...request);
      refused = REFUSED.includes(response.status);
      return response;
    },
  });
  const timer = new AbortController();
  asked.catch(() => undefined).finally(() => timer.abort());
  const late = await sleep(storedMs, timer.signal).then(() => true, () => false);
  if (late) {
    const stored = await storedManifest(url, store).catch(() => null);
    if (stored) {
      overtaken.abort();
      return stored;
    }
    onSlow?.();
  }
  try {
    return parseManifest(await asked);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof PackError)) throw error;
    if (refused || error.code === 'unreachable' || error.code === 'shard-is-html') {
      const stored = await storedManifest(url, store).catch(() => null);
      if (stored) return stored;
    }
    if (error.code === 'shard-missing') throw new PackError('pack-missing', say`There is no pack at ${url}. Check the address, or upload the pack's whole folder.`, error.detail);
    throw error;
  }
}
