import { allowedSpeedup } from '../engine/cost.ts';
import type { Manifest } from '../engine/manifest.ts';
import { groupsOf } from '../engine/sampling.ts';
import { interleaved, type Bench, type Contestant, type Context } from './harness.ts';
import { measureImage, type ImageTimes } from '../engine/measure.ts';
import { dpar, imageOf, lengthIn, withoutPatches } from './lib/requests.ts';
import { ratios, summary } from '../engine/statistics.ts';

const TOKEN_BY_TOKEN = { maxPatchLength: 1 };

/** The bound of an image against token by token on `other`. */
const bound = (manifest: Manifest, other: Manifest, { tokens, patches }: ImageTimes): number =>
  allowedSpeedup(manifest, other, tokens.length, patches, groupsOf(manifest.defaults));

async function run({ repeats, limit, pack: folder, host }: Context) {
  const { pack, runner } = await host.node(folder);
  const manifest = dpar(pack.manifest);
  const page = await host.remote();
  await page.open(host.address(folder), 1);
  const gptFolder = await host.baseline(manifest);
  const gpt = gptFolder ? { ...(await host.node(gptFolder)), page: await host.remote() } : null;
  if (gpt) await gpt.page.open(host.address(gptFolder!), 1);
  const dynamic = (round: number) => imageOf(manifest, round);
  const single = (round: number) => imageOf(manifest, round, TOKEN_BY_TOKEN);
  const baseline = (round: number) => imageOf(gpt!.pack.manifest, round, { guidance: manifest.defaults.guidance });
  const contestants: Record<string, Contestant<ImageTimes>> = {
    wasmDynamic: (round) => page.image(dynamic(round), lengthIn(round, limit)),
    nodeDynamic: (round) => measureImage(runner, manifest, dynamic(round), lengthIn(round, limit)),
    wasmSingle: (round) => page.image(single(round), lengthIn(round, limit)),
    nodeSingle: (round) => measureImage(runner, manifest, single(round), lengthIn(round, limit)),
    ...(gpt && {
      wasmGpt: (round: number) => gpt.page.image(baseline(round), lengthIn(round, limit)),
      nodeGpt: (round: number) => measureImage(gpt.runner, gpt.pack.manifest, baseline(round), lengthIn(round, limit)),
    }),
  };
  const times = await interleaved(contestants, { repeats });
  await Promise.all([page.close(), gpt?.page.close()]);
  const ms = (images: ImageTimes[]) => images.map((image) => image.ms);
  const row = (backend: string, against: string, fast: ImageTimes[], slow: ImageTimes[], allowed: (image: ImageTimes) => number) => {
    const bounds = fast.map(allowed);
    const gains = ms(slow).map((value, i) => value / fast[i]!.ms);
    return {
      backend, against, 'dynamic, ms per image': summary(ms(fast)), 'the other, ms per image': summary(ms(slow)),
      'mean patch length': summary(fast.map(({ tokens, patches }) => tokens.length / patches)),
      'speed-up': summary(gains), 'allowed by the operation count': summary(bounds), 'share reached': ratios(gains, bounds),
    };
  };
  const rows = ([['WASM, 1 thread', 'wasm'], ['onnxruntime-node, 1 thread', 'node']] as const).flatMap(([backend, key]) => [
    row(backend, 'P_max = 1, same weights', times[`${key}Dynamic`]!, times[`${key}Single`]!, (image) => bound(manifest, manifest, image)),
    ...(gpt ? [row(backend, `GPT (${gpt.pack.manifest.name})`, times[`${key}Dynamic`]!, times[`${key}Gpt`]!, (image) => bound(manifest, gpt.pack.manifest, image))] : []),
  ]);
  return { rows, ratio: rows[0]!['share reached'] };
}

export const bench: Bench = {
  name: 'dynamic',
  title: 'Dynamic patches against token by token',
  about: "The same weights and seeds under the pack's own settings, entropy model included, and with P_max = 1, which runs without the entropy model. The bound is the quotient of both operation counts (engine/cost.ts: linear layers, guidance rows counted), from the patches of that very image. The other rows compare with a plain GPT of as many blocks on the same tokens (random weights where the site has no such pack).",
  goal: { text: 'at least 0.9 of the speed-up that the operation count allows (WASM)', atLeast: 0.9 },
  unfit: withoutPatches,
  run,
};
