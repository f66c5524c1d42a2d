import { packCost } from '../engine/cost.ts';
import { groupsOf } from '../engine/sampling.ts';
import { ratios, summary } from '../engine/statistics.ts';
import { interleaved, type Bench, type Contestant, type Context } from './harness.ts';
import { dpar, withoutPatches } from './lib/requests.ts';
import { measureStep, shapeOf, slotsAt, stepGraphs } from './lib/step.ts';

const IMAGES = [1, 4, 16];
const RUNS = 15;

async function run({ repeats, limit, pack: folder, host }: Context) {
  const { pack, runner } = await host.node(folder);
  const manifest = dpar(pack.manifest);
  const page = await host.remote();
  await page.open(host.address(folder), 1);
  const half = manifest.grid.tokens / 2;
  const runs = limit === null ? RUNS : 3;
  const backends = {
    'WASM, 1 thread': (...what: [(typeof stepGraphs)[number], number, number]) => page.step(...what, runs),
    'onnxruntime-node, 1 thread': (...what: [(typeof stepGraphs)[number], number, number]) => measureStep(runner, manifest, ...what, runs),
  };
  const cases = Object.keys(backends).flatMap((backend) => stepGraphs.flatMap((graph) => IMAGES.map((images) => ({ backend: backend as keyof typeof backends, graph, images }))));
  const key = ({ backend, graph, images }: (typeof cases)[number], slot: number) => `${backend} ${graph} ${images} ${slot}`;
  const contestants: Record<string, Contestant<number>> = {};
  for (const one of cases) for (const slot of [0, half]) contestants[key(one, slot)] = () => backends[one.backend](one.graph, one.images, slot);
  const times = await interleaved(contestants, { repeats });
  await page.close();
  const cost = packCost(manifest, 1, 1, groupsOf(manifest.defaults));
  const linear = { entropy: cost.entropy, encoder: cost.encoder, patch_transformer: cost.patchTransformer, decoder: cost.decoder };
  const rate = (one: (typeof cases)[number]) => times[key(one, 0)]!.map((ms) => (one.images * linear[one.graph]) / ms / 1e6);
  const rows = cases.map((one) => {
    const { blocks, dim, groups } = shapeOf(manifest, one.graph);
    const [empty, full] = [times[key(one, 0)]!, times[key(one, half)]!];
    const perSlot = one.images * groups * blocks * 2 * dim;
    const added = full.map((ms, i) => ms - empty[i]!);
    const attention = empty.map((_, i) => (perSlot * half) / rate(one)[i]! / 1e6);
    return {
      backend: one.backend, graph: one.graph, images: one.images, rows: one.images * groups, 'MMAC, linear': (one.images * linear[one.graph]) / 1e6,
      'ms, nothing cached': summary(empty), 'GMAC/s': summary(rate(one)).median,
      [`ms, ${half} slots cached`]: summary(full), 'pasts, MB': (perSlot * slotsAt(half, manifest.grid.tokens) * 4) / 1e6,
      'ms that the pasts add': summary(added).median, 'of which arithmetic': Math.min(1, summary(attention.map((ms, i) => ms / added[i]!)).median),
    };
  });
  const decoder = (images: number) => rate({ backend: 'WASM, 1 thread', graph: 'decoder', images });
  return { rows, ratio: ratios(decoder(4), decoder(1)) };
}

export const bench: Bench = {
  name: 'steps',
  title: 'A step by guidance rows and by cached slots',
  about: "What stands in the way of `batch` and `scale`. Each decode graph runs by itself, for 1, 4 and 16 images, with nothing cached and with caches half full. Guidance doubles the rows of patch transformer and decoder. GMAC/s are those of the linear layers with nothing cached: had more rows brought more of them, several images would be cheap. What the pasts add has three parts. The pasts are copied into onnxruntime's memory at every run. Presents, which GroupQueryAttention makes anew, are cleared and filled. The third part is the attention itself. The column \"of which arithmetic\" is what the attention's multiply-accumulates take at the GMAC/s of the linear layers. The rest is moving memory. The ratio is the decoder's GMAC/s with 4 images over those with 1 on WASM.",
  goal: { text: 'recorded, no goal (GMAC/s of 8 rows over those of 2)' },
  unfit: withoutPatches,
  run,
};
