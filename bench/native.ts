import { cpus } from 'node:os';
import type { DparManifest } from '../engine/manifest.ts';
import { groupsOf } from '../engine/sampling.ts';
import { interleaved, type Bench, type Context } from './harness.ts';
import { insideRuntime, measureImage, type ImageTimes } from '../engine/measure.ts';
import { dpar, imageOf, lengthIn, withoutPatches } from './lib/requests.ts';
import { ratios, summary, type Summary } from '../engine/statistics.ts';
import type { Row } from './lib/table.ts';

/** Bytes of all caches of a graph at full length. */
function cacheBytes(manifest: DparManifest): Record<string, number> {
  const { model, entropyModel, grid } = manifest;
  const groups = groupsOf(manifest.defaults);
  const bytes = (blocks: number, dim: number, rows: number) => blocks * 2 * rows * (grid.tokens + 1) * dim * 4;
  return {
    entropy: bytes(entropyModel.blocks, entropyModel.dim, 1), encoder: bytes(model.encoderBlocks, model.dim, 1),
    patch_transformer: bytes(model.patchTransformerBlocks, model.dim, groups), decoder: bytes(model.decoderBlocks, model.dim, groups),
  };
}

async function run({ repeats, limit, pack: folder, host }: Context) {
  const rows: Row[] = [];
  const totals: Summary[] = [];
  for (const threads of cpus().length > 1 ? [1, 2] : [1]) {
    const { pack: { manifest }, runner } = await host.node(folder, threads);
    const page = await host.remote();
    await page.open(host.address(folder), threads);
    const times = await interleaved({
      wasm: (round) => page.image(imageOf(manifest, round), lengthIn(round, limit)),
      node: (round) => measureImage(runner, manifest, imageOf(manifest, round), lengthIn(round, limit)),
    }, { repeats });
    const add = async (graph: string, value: (image: ImageTimes) => number, bytes: number | null) => {
      const wasm = times.wasm.map(value);
      const node = times.node.map(value);
      const ratio = ratios(wasm, node);
      rows.push({
        graph, threads, 'WASM, ms': summary(wasm), 'onnxruntime-node, ms': summary(node), 'WASM / node': ratio,
        'caches, MB': bytes && bytes / 1e6, 'copying them twice, ms': bytes && (await page.copying(bytes)),
      });
      return ratio;
    };
    for (const [graph, bytes] of Object.entries(cacheBytes(dpar(manifest)))) await add(`${graph}, a run`, ({ graphs }) => graphs[graph]!.ms / graphs[graph]!.runs, bytes);
    totals.push(await add('all runs, an image', insideRuntime, null));
    await page.close();
    await runner.release();
  }
  return { rows, ratio: totals.sort((a, b) => b.median - a.median)[0]! };
}

export const bench: Bench = {
  name: 'native',
  title: 'WebAssembly against native onnxruntime',
  about: 'Time inside the four decode graphs in Chromium and in onnxruntime-node, same graphs, weights, precision, seeds and number of threads. Both copy inputs and outputs at each run; new-slot graphs run (docs/packs.md), so that only the slots in use are copied, once. The last columns say how many bytes full caches are and what copying as many in and out takes. The ratio judged is the worse of the two numbers of threads.',
  goal: { text: 'at most 2 times the native time', atMost: 2 },
  unfit: withoutPatches,
  run,
};
