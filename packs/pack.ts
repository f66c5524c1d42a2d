import { PackError, StudioError } from '../engine/errors.ts';
import { graphFiles, packHash, requiredGraphs, type GraphName, type Manifest, type PackFile } from '../engine/manifest.ts';
import { downloadFiles, type Downloaded } from './download.ts';
import type { FileCache, Stored } from './file-cache.ts';
import { checkModel } from './onnx-check.ts';
import { usableMirrors } from './origins.ts';
import { saveRecord } from './pack-records.ts';
import { Speed } from './speed.ts';
import { sweepParts } from './sweep.ts';

/** One graph's model and its external data, in memory. */
export interface GraphFiles {
  model: Uint8Array<ArrayBuffer>;
  /** The step that answers its caches by row (docs/packs.md). */
  byRow: Uint8Array<ArrayBuffer> | null;
  /** The shards joined; several graphs may share one. */
  weights: { location: string; data: Uint8Array<ArrayBuffer> } | null;
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
  waiting?: string;
}

export interface FetchPackOptions {
  onProgress: (progress: FetchProgress) => void;
  /** Files that are at hand, in place of the browser's cache. */
  cache?: FileCache;
  signal?: AbortSignal;
}

/** Progress of several downloads as one: bytes from the cache count, but tell nothing about the network's speed. */
export function meter(total: number, onProgress: (progress: FetchProgress) => void) {
  const speed = new Speed();
  let loaded = 0;
  const tell = (waiting?: string) => onProgress({ loaded, total, secondsLeft: speed.secondsFor(total - loaded), ...(waiting && { waiting }) });
  return {
    tell,
    onBytes(bytes: number, from: 'network' | 'cache'): void {
      loaded += bytes;
      if (from === 'network' && bytes > 0) speed.add(bytes);
      tell();
    },
    onRetry: (error: Error) => tell(error.message),
  };
}

export const worstOf = (files: readonly Downloaded[]): Stored =>
  (['none', 'full'] as const).find((stored) => files.some((file) => file.stored === stored)) ?? 'stored';

export function joinParts(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function parseGolden(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new PackError('manifest-invalid', 'golden.json is not JSON. Export the pack again.');
  }
}

/** What generating needs of one variant: each file once, and each graph's part of them. */
function neededFiles(manifest: Manifest, variant: string) {
  if (!Object.hasOwn(manifest.variants, variant)) {
    throw new StudioError('bad-argument', `The pack ${manifest.name} has no variant "${variant}". Use one of ${Object.keys(manifest.variants).join(', ')}.`);
  }
  const graphs = requiredGraphs[manifest.kind].map((graph) => ({ graph, ...graphFiles(manifest, variant, graph) }));
  const files = new Map<string, PackFile>([[manifest.golden.path, manifest.golden]]);
  for (const { model, byRow, weights } of graphs) for (const file of [model, ...(byRow ? [byRow] : []), ...(weights?.shards ?? [])]) files.set(file.path, file);
  return { graphs, files: [...files.values()] };
}

/** Fetches one variant: graphs, weights and the golden vectors. Once all is there it is noted as kept. */
export async function fetchPack(manifestUrl: string, manifest: Manifest, variant: string, options: FetchPackOptions): Promise<Pack> {
  const { onProgress, cache, signal } = options;
  const { graphs: needed, files } = neededFiles(manifest, variant);
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = meter(total, onProgress);
  progress.tell();
  const got = await downloadFiles(manifestUrl, files, {
    signal, cache, mirrors: usableMirrors(manifest.mirrors, globalThis.location?.origin ?? ''), onBytes: progress.onBytes, onRetry: progress.onRetry,
  });
  const bytesOf = new Map(files.map((file, i) => [file.path, got[i]!.bytes]));
  const joined = new Map<string, Uint8Array<ArrayBuffer>>();
  const graphs = new Map<GraphName, GraphFiles>();
  for (const { graph, model, byRow, weights } of needed) {
    for (const { path } of byRow ? [model, byRow] : [model]) checkModel(path, bytesOf.get(path)!, weights?.location ?? null);
    if (weights && !joined.has(weights.name)) joined.set(weights.name, joinParts(weights.shards.map((shard) => bytesOf.get(shard.path)!)));
    graphs.set(graph, { model: bytesOf.get(model.path)!, byRow: byRow && bytesOf.get(byRow.path)!, weights: weights && { location: weights.location, data: joined.get(weights.name)! } });
  }
  let stored = worstOf(got);
  if (stored === 'stored' && !cache) {
    void sweepParts();
    stored = await saveRecord({ id: manifestUrl, title: manifest.title, version: await packHash(manifest), manifest, files, savedAt: Date.now() });
  }
  const fromCache = files.reduce((sum, file, i) => sum + (got[i]!.fromCache ? file.bytes : 0), 0);
  return { manifest, variant, graphs, golden: parseGolden(bytesOf.get(manifest.golden.path)!), bytes: { total, fromCache }, stored };
}
