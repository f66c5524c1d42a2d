import { looksLikeHtml, PackError, shardIsHtml, StudioError } from '../engine/errors.ts';
import { graphFiles, parseManifest, requiredGraphs, type GraphName, type Manifest, type PackFile } from '../engine/manifest.ts';
import { downloadFiles, request } from './download.ts';

/** One graph's model and its external data, in memory. */
export interface GraphFiles {
  model: Uint8Array<ArrayBuffer>;
  /** The shards joined; several graphs may share one. */
  weights: { location: string; data: Uint8Array<ArrayBuffer> } | null;
}

export interface Pack {
  manifest: Manifest;
  variant: string;
  graphs: Map<GraphName, GraphFiles>;
  golden: unknown;
  bytes: { total: number; fromCache: number };
}

export async function fetchManifest(url: string, signal?: AbortSignal): Promise<Manifest> {
  let text: string;
  try {
    text = await (await request(url, 'manifest.json', { signal })).text();
  } catch (error) {
    if (!(error instanceof PackError) || error.code !== 'shard-missing') throw error;
    throw new PackError('pack-missing', `There is no pack at ${url}. Check the address, or upload the pack's whole folder.`, error.detail);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    if (looksLikeHtml(new TextEncoder().encode(text.slice(0, 256)))) throw shardIsHtml('manifest.json');
    throw new PackError('manifest-invalid', 'manifest.json is not JSON. Export the pack again.', String(cause));
  }
  return parseManifest(json);
}

function join(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Fetches what generating needs of one variant: graphs, weights and the golden vectors. */
export async function fetchPack(
  manifestUrl: string, manifest: Manifest, variant: string,
  onProgress: (loaded: number, total: number) => void, signal?: AbortSignal,
): Promise<Pack> {
  if (!manifest.variants[variant]) {
    throw new StudioError('bad-argument', `The pack ${manifest.name} has no variant "${variant}". Use one of ${Object.keys(manifest.variants).join(', ')}.`);
  }
  const needed = requiredGraphs.map((graph) => ({ graph, ...graphFiles(manifest, variant, graph) }));
  const files = new Map<string, PackFile>([[manifest.golden.path, manifest.golden]]);
  for (const { model, weights } of needed) for (const file of [model, ...(weights?.shards ?? [])]) files.set(file.path, file);
  const list = [...files.values()];
  const total = list.reduce((sum, file) => sum + file.bytes, 0);
  let loaded = 0;
  onProgress(0, total);
  const got = await downloadFiles(manifestUrl, list, { signal, onBytes: (bytes) => onProgress(loaded += bytes, total) });
  const bytesOf = new Map(list.map((file, i) => [file.path, got[i]!.bytes]));
  const joined = new Map<string, Uint8Array<ArrayBuffer>>();
  const graphs = new Map<GraphName, GraphFiles>();
  for (const { graph, model, weights } of needed) {
    if (weights && !joined.has(weights.name)) joined.set(weights.name, join(weights.shards.map((shard) => bytesOf.get(shard.path)!)));
    graphs.set(graph, {
      model: bytesOf.get(model.path)!,
      weights: weights && { location: weights.location, data: joined.get(weights.name)! },
    });
  }
  const fromCache = list.reduce((sum, file, i) => sum + (got[i]!.fromCache ? file.bytes : 0), 0);
  const golden: unknown = JSON.parse(new TextDecoder().decode(bytesOf.get(manifest.golden.path)));
  return { manifest, variant, graphs, golden, bytes: { total, fromCache } };
}
