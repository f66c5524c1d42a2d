import { PackError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { graphFiles, type GraphName } from '../engine/manifest.ts';
import { downloadEach } from './download.ts';
import { checkGraph } from './graph-check.ts';
import { localFiles } from './local-files.ts';
import { usableMirrors } from './origins.ts';
import { kept, meter, type FetchProgress, type GraphFiles, type Pack } from './pack.ts';
import type { Shard } from './shards.ts';

/** Where the pack came from: graphs that only inspection needs come from there too. */
interface PackSource {
  /** Address of `manifest.json`; the pack's files are resolved against it. */
  manifestUrl: string;
  /** Files of a pack from a folder or zip by hash; nothing of it is fetched then. */
  files?: Record<string, Blob>;
}

/** The weights of another graph that reads the same file: the two forms of a model share one. */
function sharedWeights(pack: Pack, graph: GraphName): GraphFiles['weights'] {
  const { graphs } = pack.manifest.variants[pack.variant]!;
  const name = graphs[graph]!.weights;
  if (name === undefined) return null;
  const other = [...pack.graphs.keys()].find((loaded) => graphs[loaded]?.weights === name);
  return other ? pack.graphs.get(other)!.weights : null;
}

/** Adds a graph that `load` left out to the pack, fetching what is not there yet. Does nothing for one that is. */
export async function addGraph(pack: Pack, graph: GraphName, source: PackSource, onProgress: (progress: FetchProgress) => void): Promise<void> {
  if (pack.graphs.has(graph)) return;
  const { manifest, variant } = pack;
  if (!manifest.variants[variant]?.graphs[graph]) {
    throw new PackError('manifest-invalid', say`The pack ${manifest.name} has no graph ${graph}, so it cannot do this. Export the pack again, or pick another pack.`);
  }
  const files = graphFiles(manifest, variant, graph);
  const { model, weights } = files;
  const shared = sharedWeights(pack, graph);
  const wanted = [model, ...(weights && !shared ? weights.shards : [])];
  const progress = meter(wanted.reduce((sum, file) => sum + file.bytes, 0), onProgress);
  progress.report();
  const cache = source.files && localFiles(source.files);
  const got = await downloadEach(source.manifestUrl, wanted, {
    ...(cache && { cache }),
    mirrors: usableMirrors(manifest.mirrors, globalThis.location?.origin ?? ''), onBytes: progress.onBytes, onRetry: progress.onRetry,
  }, kept(weights ? [weights.shards] : [], cache));
  const [first, ...shards] = got.map(({ shard }) => shard) as [Uint8Array<ArrayBuffer>, ...Shard[]];
  checkGraph(manifest, graph, files, model, first);
  pack.graphs.set(graph, {
    model: first, byRow: null,
    weights: weights && { location: weights.location, shards: shared?.shards ?? shards },
  });
}
