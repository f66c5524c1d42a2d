import { toTagged } from '../engine/errors.ts';
import type { Phrase } from '../engine/phrase.ts';
import { neededFiles } from '../engine/manifest-files.ts';
import { packHash, type GraphName, type Manifest, type PackFile } from '../engine/manifest.ts';
import { downloadEach, worstOf, type Downloaded } from './download.ts';
import { browserCache, type FileCache, type Stored } from './file-cache.ts';
import { checkGraph } from './graph-check.ts';
import { usableMirrors } from './origins.ts';
import { saveRecord } from './pack-records.ts';
import { isLarge, onDisk, type Shard, type Weights } from './shards.ts';
import { jsonOf } from './small-file.ts';
import { Speed } from './speed.ts';
import { sweep } from './sweep.ts';

/** One graph's model and its external data, in memory. */
export interface GraphFiles {
  model: Uint8Array<ArrayBuffer>;
  /** The step that answers new slots (docs/packs.md). */
  byRow: Uint8Array<ArrayBuffer> | null;
  /** Several graphs may share one. */
  weights: Weights | null;
}

export interface Pack {
  manifest: Manifest;
  variant: string;
  graphs: Map<GraphName, GraphFiles>;
  golden: unknown;
  bytes: { total: number; fromCache: number };
  stored: Stored;
}

export interface FetchProgress {
  loaded: number;
  total: number;
  secondsLeft: number | null;
  waiting?: Phrase;
}

interface FetchPackOptions {
  onProgress: (progress: FetchProgress) => void;
  /** Files that are at hand, in place of the browser's cache. */
  cache?: FileCache;
  signal?: AbortSignal;
}

/** Progress of several downloads as one: bytes from the cache count, but say nothing about the network's speed. */
export function meter(total: number, onProgress: (progress: FetchProgress) => void) {
  const speed = new Speed();
  let loaded = 0;
  const report = (waiting?: Phrase) => onProgress({ loaded, total, secondsLeft: speed.secondsFor(total - loaded), ...(waiting && { waiting }) });
  return {
    report,
    onBytes(bytes: number, from: 'network' | 'cache'): void {
      loaded += bytes;
      if (from === 'network' && bytes > 0) speed.add(bytes);
      report();
    },
    onRetry: (error: Error) => report(toTagged(error).message),
  };
}

/** What becomes of a file that has come: shards of large weights go back to where the browser keeps them. */
export function kept(weights: readonly (readonly PackFile[])[], cache: FileCache = browserCache) {
  const large = new Set(weights.filter(isLarge).flat());
  return async (file: PackFile, { bytes, ...got }: Downloaded): Promise<Omit<Downloaded, 'bytes'> & { shard: Shard }> =>
    ({ ...got, shard: large.has(file) ? await onDisk(file, bytes, cache) : bytes });
}

/** Fetches one variant: graphs, weights and the golden vectors. Once all is there it is noted as kept. */
export async function fetchPack(manifestUrl: string, manifest: Manifest, variant: string, options: FetchPackOptions): Promise<Pack> {
  const { onProgress, cache, signal } = options;
  const { graphs: needed, files: ofGraphs } = neededFiles(manifest, variant);
  const files = [manifest.golden, ...ofGraphs];
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = meter(total, onProgress);
  progress.report();
  const got = await downloadEach(manifestUrl, files, {
    signal, cache, mirrors: usableMirrors(manifest.mirrors, globalThis.location?.origin ?? ''), onBytes: progress.onBytes, onRetry: progress.onRetry,
  }, kept(needed.flatMap(({ weights }) => (weights ? [weights.shards] : [])), cache));
  const bytesOf = new Map(files.map((file, i) => [file.path, got[i]!.shard]));
  const whole = ({ path }: PackFile) => bytesOf.get(path) as Uint8Array<ArrayBuffer>;
  const graphs = new Map<GraphName, GraphFiles>();
  for (const { graph, model, byRow, weights } of needed) {
    for (const file of byRow ? [model, byRow] : [model]) checkGraph(manifest, graph, { byRow, weights }, file, whole(file));
    graphs.set(graph, { model: whole(model), byRow: byRow && whole(byRow), weights: weights && { location: weights.location, shards: weights.shards.map(({ path }) => bytesOf.get(path)!) } });
  }
  let stored = worstOf(got);
  if (stored === 'stored' && !cache) {
    stored = await saveRecord({ id: manifestUrl, title: manifest.title, version: await packHash(manifest), manifest, files, savedAt: Date.now() });
  }
  // Where there was no room, too: what is removed makes some.
  if (!cache) void sweep({ inUse: files });
  const fromCache = files.reduce((sum, file, i) => sum + (got[i]!.fromCache ? file.bytes : 0), 0);
  return { manifest, variant, graphs, golden: jsonOf(whole(manifest.golden), 'golden.json'), bytes: { total, fromCache }, stored };
}
