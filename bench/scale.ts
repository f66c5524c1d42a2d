import { attentionCost, packCost, wholeCost } from '../engine/cost.ts';
import type { Manifest } from '../engine/manifest.ts';
import { groupsOf } from '../engine/sampling.ts';
import { interleaved, type Bench, type Contestant, type Context } from './harness.ts';
import { measureImage, type ImageTimes } from '../engine/measure.ts';
import { imageOf, lengthIn } from './lib/requests.ts';
import { ratios, summary, type Summary } from '../engine/statistics.ts';

/** Patches of two tokens everywhere: how many there are must not depend on what random weights find surprising. */
const PAIRS = { entropyGate: false, lengthGate: true, maxPatchLength: 2, rowReset: true };
/** [size, W]; growth is measured against the first. */
const CASES = [['pack', 16], ['pack', 8], ['pack', 24], ['pack', 32], ['30m', 16], ['115m', 16]] as const;

/** Multiply-accumulates of one image: linear layers, and with attention over the growing caches. */
function operations(manifest: Manifest, { tokens, patches }: ImageTimes): { linear: number; all: number } {
  const groups = groupsOf(manifest.defaults);
  const linear = wholeCost(packCost(manifest, tokens.length, patches, groups));
  return { linear, all: linear + attentionCost(manifest, tokens.length, patches, groups) };
}

async function run({ repeats, limit, host, log }: Context) {
  const subjects = [];
  for (const [size, width] of CASES) {
    log(`opening ${size}, ${width * width} tokens`);
    const folder = host.random(size, width);
    const page = await host.remote();
    await page.open(host.address(folder), 1);
    subjects.push({ size, page, ...(await host.node(folder)) });
  }
  const contestants: Record<string, Contestant<ImageTimes>> = {};
  subjects.forEach(({ page, pack, runner }, i) => {
    const request = (round: number) => imageOf(pack.manifest, round, PAIRS);
    contestants[`wasm ${i}`] = (round) => page.image(request(round), lengthIn(round, limit));
    contestants[`node ${i}`] = (round) => measureImage(runner, pack.manifest, request(round), lengthIn(round, limit));
  });
  const times = await interleaved(contestants, { repeats });
  const ms = (key: string) => times[key]!.map((image) => image.ms);
  const first = operations(subjects[0]!.pack.manifest, times['wasm 0']![0]!);
  const off: Summary[] = [];
  const rows = subjects.map(({ size, pack: { manifest } }, i) => {
    const image = times[`wasm ${i}`]![0]!;
    const count = operations(manifest, image);
    const growth = ratios(ms(`wasm ${i}`), ms('wasm 0'));
    const predicted = count.all / first.all;
    off.push(ratios(ms(`wasm ${i}`).map((value) => value / predicted), ms('wasm 0')));
    return {
      size, 'parameters, M': (manifest.model.parameters + (manifest.entropyModel?.parameters ?? 0)) / 1e6, tokens: image.tokens.length, patches: image.patches,
      'GMAC, linear': count.linear / 1e9, 'GMAC, with attention': count.all / 1e9,
      'WASM, ms per image': summary(ms(`wasm ${i}`)), 'onnxruntime-node, ms per image': summary(ms(`node ${i}`)),
      'growth, WASM': growth, 'growth, node': ratios(ms(`node ${i}`), ms('node 0')), 'growth predicted': predicted,
    };
  });
  for (const { page } of subjects) await page.close();
  return { rows, ratio: off.sort((a, b) => b.median - a.median)[0]! };
}

export const bench: Bench = {
  name: 'scale',
  title: 'Time per image against tokens and size',
  about: 'Packs with random weights, patches of two tokens, guidance on, one thread. The one named "pack" has the sizes of the EuroSAT pack, "115m" is DPAR-B of the paper with a smaller entropy model. Growth is against the first row; the prediction is the operation count of engine/cost.ts, attention over the caches included. The ratio judged is the largest of measured over predicted growth. Growth with tokens is above the prediction because every step copies its caches, which the operation count does not know. The share of that is under "A step by guidance rows and by cached slots".',
  goal: { text: 'growth at most 1.25 times the predicted (WASM)', atMost: 1.25 },
  run,
};
