import { fetchManifest } from '../../packs/fetch-manifest.ts';
import type { BrowserBackend } from '../../engine/log.ts';
import { fetchPack } from '../../packs/pack.ts';
import { SerialQueue } from '../../workers/queue.ts';
import { openRuntime } from '../../workers/runtime.ts';
import { SessionRunner } from '../../workers/sessions.ts';
import type { GraphName } from '../../engine/manifest.ts';

/** Opens the pack's graphs as the studio does, but with onnxruntime's placement of every node in the console. */
async function place(backend: BrowserBackend, manifestPath: string, variant: string, graphs: readonly { graph: GraphName; groups: 1 | 2 }[]): Promise<void> {
  const manifestUrl = new URL(manifestPath, location.origin).href;
  const manifest = await fetchManifest(manifestUrl);
  const pack = await fetchPack(manifestUrl, manifest, variant, { onProgress: () => undefined });
  const runtime = await openRuntime(backend, { log: 'verbose' });
  const runner = new SessionRunner(runtime, backend, pack, new SerialQueue(), { logSeverity: 0 });
  for (const { graph, groups } of graphs) {
    console.info(`graph: ${graph} ${groups}`);
    await runner.open(graph, groups);
  }
  console.info('graph: end');
  await runner.release();
}

Object.assign(globalThis, { place });
