import { ratios, summary } from '../engine/statistics.ts';
import { measureImage, type ImageTimes } from '../engine/measure.ts';
import { interleaved, type Bench, type Contestant, type Context } from './harness.ts';
import { imageOf, lengthIn } from './lib/requests.ts';

async function run({ repeats, limit, pack: folder, host }: Context) {
  const all = host.variants(folder);
  const { pack: { manifest } } = await host.node(all);
  const names = Object.keys(manifest.variants);
  const contestants: Record<string, Contestant<ImageTimes>> = {};
  const pages = [];
  for (const name of names) {
    const { runner } = await host.node(all, 1, name);
    const page = await host.remote();
    pages.push(page);
    await page.open(host.address(all), 1, name);
    contestants[`wasm ${name}`] = (round) => page.image(imageOf(manifest, round), lengthIn(round, limit));
    contestants[`node ${name}`] = (round) => measureImage(runner, manifest, imageOf(manifest, round), lengthIn(round, limit));
  }
  const times = await interleaved(contestants, { repeats });
  for (const page of pages) await page.close();
  // Images of two variants part at some token and then open other patches: what compares is the time of a token.
  const perToken = (backend: string, name: string) => times[`${backend} ${name}`]!.map(({ ms, tokens }) => ms / tokens.length);
  const chosen = manifest.defaultVariant.wasm;
  const rows = names.map((name) => {
    const figures = manifest.variants[name]!.figures!;
    return {
      variant: name, 'MB a visit': figures.bytes / 1e6,
      'KL, nats a token': figures.klMean, 'KL, largest': figures.klMax, 'logits, largest difference': figures.logits,
      'gates that flip': figures.gateFlips / figures.tokens,
      'WASM, ms a token': summary(perToken('wasm', name)), 'onnxruntime-node, ms a token': summary(perToken('node', name)),
    };
  });
  return { rows, ratio: ratios(perToken('wasm', 'q8'), perToken('wasm', chosen)) };
}

export const bench: Bench = {
  name: 'variants',
  title: 'Variants of a pack: size, speed, distance from the trained weights',
  about: 'The pack written anew in every variant of docs/packs.md from the weights of its default one, one thread, interleaved. KL divergence, logits and gates are against PyTorch in float32 on those weights, teacher-forced on one held-out picture a class. Gates: entropies on the other side of E_th, as a share of all. Matrices that stay 8 or 4 bits in memory (q8, q4) are multiplied by MatMulNBits. The others are float32 by the time a graph is open. Results before 2026-11-28 are of w8 widened by five nodes a matrix, not one. Those before 2026-11-26 are also of earlier weights, with a tokenizer\'s decoder that took 1 MB less in w16. What 8 and 4 bits do to the share of right classes is in docs/decisions/0006-default-variant.md. The ratio is q8 over the first variant, on WASM.',
  goal: { text: 'recorded, no goal (time of 8-bit products over float32)' },
  run,
};
