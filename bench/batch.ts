import { imagesAtOnce } from '../engine/decode-request.ts';
import type { DecodeRequest } from '../engine/decode.ts';
import { interleaved, type Bench, type Contestant, type Context } from './harness.ts';
import { measureBatch, type BatchTimes } from '../engine/measure.ts';
import { dpar, imageOf, lengthIn, withoutPatches } from './lib/requests.ts';
import { ratios, summary, type Summary } from '../engine/statistics.ts';
import type { Row } from './lib/table.ts';

const SIZES = [2, 4, 8, 16];
/** The size that the goal is about; as many images are also made one after the other. */
const FOUR = 4;
/** A processor that stands in for a GPU is slow: images are cut to so many tokens there. */
const SOFTWARE_TOKENS = 4;
const GRAPHS = { entropy: 'entropy', encoder: 'encoder', patch_transformer: 'patch transformer', decoder: 'decoder' } as const;

/** Images decoded at once, or all one after the other; times of the whole. */
type Measure = (round: number, images: number, atOnce: boolean) => Promise<BatchTimes>;

/** What several runs took together. */
const joined = (runs: readonly BatchTimes[]): BatchTimes => ({
  ms: runs.reduce((sum, { ms }) => sum + ms, 0),
  tokens: runs.flatMap(({ tokens }) => tokens),
  patches: runs.flatMap(({ patches }) => patches),
  stages: {},
  passes: runs.reduce((sum, { passes }) => sum + passes, 0),
  graphs: Object.fromEntries(Object.keys(runs[0]!.graphs).map((name) => [name, {
    ms: runs.reduce((sum, { graphs }) => sum + graphs[name]!.ms, 0), runs: runs.reduce((sum, { graphs }) => sum + graphs[name]!.runs, 0),
  }])),
});

async function run({ repeats, limit, pack: folder, host, log }: Context) {
  const { pack, runner } = await host.node(folder);
  const manifest = dpar(pack.manifest);
  const wasm = await host.remote();
  await wasm.open(host.address(folder), 1);
  const gpu = await host.remote('webgpu');
  const { adapter, software } = await gpu.openGpu(host.address(folder));
  log(`WebGPU: ${adapter}`);
  const requests = (round: number, images: number) => Array.from({ length: images }, (_, i) => imageOf(manifest, Math.abs(round) * SIZES.at(-1)! + i));
  const measure = (batch: (all: DecodeRequest[], limit: number | null) => Promise<BatchTimes>, cut: number | null): Measure => async (round, images, atOnce) => {
    const all = requests(round, images);
    if (atOnce) return batch(all, lengthIn(round, cut));
    const runs = [];
    for (const request of all) runs.push(await batch([request], lengthIn(round, cut)));
    return joined(runs);
  };
  const gpuCut = software ? SOFTWARE_TOKENS : limit;
  const backends: { backend: string; sizes: readonly number[]; cut: number | null; measure: Measure }[] = [
    { backend: 'WASM, 1 thread', sizes: SIZES, cut: limit, measure: measure(wasm.batch, limit) },
    { backend: 'onnxruntime-node, 1 thread', sizes: SIZES, cut: limit, measure: measure((all, cut) => measureBatch(runner, manifest, all, cut), limit) },
    { backend: `WebGPU, ${adapter}`, sizes: software ? [FOUR] : SIZES, cut: gpuCut, measure: measure(gpu.batch, gpuCut) },
  ];
  const contestants: Record<string, Contestant<BatchTimes>> = {};
  for (const { backend, sizes, measure } of backends) {
    contestants[`${backend} 1`] = (round) => measure(round, FOUR, false);
    for (const images of sizes) contestants[`${backend} ${images}`] = (round) => measure(round, images, true);
  }
  const times = await interleaved(contestants, { repeats });
  await Promise.all([wasm.close(), gpu.close()]);
  const rows: Row[] = [];
  const fours: Summary[] = [];
  for (const { backend, sizes, cut } of backends) {
    const alone = times[`${backend} 1`]!;
    const one = alone.map(({ ms }) => ms / FOUR);
    for (const images of [1, ...sizes]) {
      const all = times[`${backend} ${images}`]!;
      const ms = images === 1 ? one : all.map((batch) => batch.ms);
      const against = ratios(ms, one);
      if (images === FOUR) fours.push(against);
      const same = all.flatMap(({ tokens }, i) => alone[i]!.tokens.slice(0, images).map((single, row) => tokens[row]!.join() === single.join()));
      rows.push({
        backend, images, tokens: cut ?? manifest.grid.tokens, ms: summary(ms), 'ms per image': summary(ms.map((value) => value / images)), 'against one image': against,
        ...Object.fromEntries(Object.entries(GRAPHS).map(([graph, words]) => [`${words}, ms a run`, summary(all.map(({ graphs }) => graphs[graph]!.ms / graphs[graph]!.runs)).median])),
        'patch transformer, runs': summary(all.map(({ graphs }) => graphs.patch_transformer!.runs / (images === 1 ? FOUR : 1))).median,
        'images with the tokens they have alone': same.filter(Boolean).length / same.length,
      });
    }
  }
  return { rows, ratio: fours[0]!, webgpu: { ratio: fours[2]!, software } };
}

export const bench: Bench = {
  name: 'batch',
  title: 'Several images at once',
  about: "Images of several classes and seeds decoded together, guidance on, against the first four of them one after the other (their mean is one image). On processors a run takes the images that need it, on WebGPU all of them. Where the adapter is a software one, images are cut short and the figures say nothing about GPUs. The last column is the share of the first four images that have the very tokens they have alone. What several images gain on a processor and what they cannot is measured under \"A step by guidance rows and by cached slots\". The ratio judged is that of 4 images on WASM.",
  goal: { text: '4 images in at most 2.5 times the time of one (WASM)', atMost: 2.5 },
  webgpuGoal: { text: 'at most 1.6 times (WebGPU)', atMost: 1.6 },
  unfit: (manifest) => withoutPatches(manifest) ?? (imagesAtOnce(manifest) === 1 ? 'it decodes one image at a time; export it again' : null),
  run,
};
