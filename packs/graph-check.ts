import { graphPorts, newSlots, tableRows } from '../engine/graph-ports.ts';
import type { graphFiles, GraphName, Manifest, PackFile } from '../engine/manifest.ts';
import { checkModel } from './onnx-check.ts';
import { checkPorts } from './onnx-ports.ts';

/** Refuses the bytes of `file`, one of a graph's `files`, where no runtime should open them, or they are not the graph of the manifest. Throws `model-refused`. */
export function checkGraph(manifest: Manifest, graph: GraphName, { byRow, weights }: Pick<ReturnType<typeof graphFiles>, 'byRow' | 'weights'>, file: PackFile, bytes: Uint8Array): void {
  checkModel(file.path, bytes, weights?.location ?? null);
  const ports = graphPorts(manifest, graph);
  if (ports) checkPorts(file.path, bytes, file === byRow ? newSlots(ports) : ports, tableRows(manifest));
}
