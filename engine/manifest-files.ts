import { graphFiles, PackFile, requiredGraphs, windowGraphs, type GraphName, type Manifest } from './manifest.ts';

/** Every file that a manifest names, wherever it stands in it. */
export function filesOf(manifest: unknown): PackFile[] {
  const found: PackFile[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const file = PackFile.safeParse(value);
    if (file.success) found.push(file.data);
    else for (const part of Object.values(value)) walk(part);
  };
  walk(manifest);
  return found;
}

/** What generating needs of one variant, graphs for several positions at once among it where the pack has them: each graph's files, and each file once. */
export function neededFiles(manifest: Manifest, variant: string) {
  const of = (graph: GraphName) => ({ graph, ...graphFiles(manifest, variant, graph) });
  const graphs = requiredGraphs[manifest.kind].map(of);
  graphs.push(...windowGraphs[manifest.kind].filter((graph) => manifest.variants[variant]!.graphs[graph]).map(of));
  const files = new Map<string, PackFile>();
  for (const { model, byRow, weights } of graphs) for (const file of [model, ...(byRow ? [byRow] : []), ...(weights?.shards ?? [])]) files.set(file.path, file);
  return { graphs, files: [...files.values()] };
}

/** Bytes of `neededFiles`: the manifest's `figures.bytes`. */
export const variantBytes = (manifest: Manifest, variant: string): number => neededFiles(manifest, variant).files.reduce((sum, { bytes }) => sum + bytes, 0);
