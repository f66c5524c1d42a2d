import * as ort from 'onnxruntime-node';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphFiles } from '../engine/manifest.ts';
import type { GraphTensor } from '../engine/tensors.ts';
import { readPackFile, type Pack } from '../node/pack.ts';
import { SESSION_SETTINGS } from '../packs/session-settings.ts';
import { interleaved, type Bench, type Context } from './harness.ts';
import { measureImage, type ImageTimes } from '../engine/measure.ts';
import { dpar, imageOf, lengthIn, withoutPatches } from './lib/requests.ts';
import { ratios, summary } from '../engine/statistics.ts';
import { measureWhole, stepOf, wholeGraphs, type WholeRunner, type WholeTimes } from './lib/whole.ts';

/** The whole-prefix graphs on onnxruntime-node, one thread. */
async function openWhole(pack: Pack, folder: string): Promise<WholeRunner> {
  const sessions = new Map<string, ort.InferenceSession>();
  for (const name of wholeGraphs) {
    const { weights } = graphFiles(pack.manifest, pack.manifest.defaultVariant.wasm, stepOf[name]);
    const data = Buffer.concat(weights!.shards.map((shard) => readPackFile(pack, shard)));
    sessions.set(name, await ort.InferenceSession.create(readFileSync(join(folder, `${name}.onnx`)), {
      executionProviders: ['cpu'], externalData: [{ path: weights!.location, data }], intraOpNumThreads: 1, logSeverityLevel: 3, extra: SESSION_SETTINGS,
    }));
  }
  return {
    tensor: (data, dims) => new ort.Tensor(data.type as 'float32', data.data as Float32Array, dims) as unknown as GraphTensor,
    run: async (graph, feeds) => (await sessions.get(graph)!.run(feeds as never)) as unknown as Record<string, GraphTensor>,
  };
}

/** First token at which two runs differ: a tie of the sampler, or their common length. */
const agreement = (a: ImageTimes, b: WholeTimes): number => {
  const at = a.tokens.findIndex((token, t) => token !== b.tokens[t]);
  return at < 0 ? a.tokens.length : at;
};

async function run({ repeats, limit, pack: folder, host }: Context) {
  const { pack, runner } = await host.node(folder);
  const whole = host.whole(folder);
  const nodeWhole = await openWhole(pack, whole);
  const page = await host.remote();
  await page.open(host.address(folder), 1);
  await page.openWhole(host.address(whole));
  const manifest = dpar(pack.manifest);
  const request = (round: number) => imageOf(manifest, round);
  // Both ways get the same x_0: before it there is no prefix to compute.
  const first = new Map<number, number>();
  const firstOf = async (round: number) => {
    if (!first.has(round)) first.set(round, (await measureImage(runner, manifest, request(round), 1)).tokens[0]!);
    return first.get(round)!;
  };
  const given = async (round: number) => ({ ...request(round), given: [await firstOf(round)] });
  const times = await interleaved<'node' | 'wasm', [ImageTimes, WholeTimes]>({
    node: async (round) => [await measureImage(runner, manifest, await given(round), lengthIn(round, limit)), await measureWhole(nodeWhole, manifest, request(round), await firstOf(round), lengthIn(round, limit))],
    wasm: async (round) => [await page.image(await given(round), lengthIn(round, limit)), await page.whole(request(round), await firstOf(round), lengthIn(round, limit))],
  }, { repeats });
  await page.close();
  const row = (backend: string, pairs: [ImageTimes, WholeTimes][]) => ({
    backend, 'tokens': pairs[0]![0].tokens.length, 'incremental, ms per image': summary(pairs.map(([one]) => one.ms)),
    'Alg. 2, ms per image': summary(pairs.map(([, all]) => all.ms)),
    'speed-up': ratios(pairs.map(([, all]) => all.ms), pairs.map(([one]) => one.ms)),
    'same tokens up to': Math.min(...pairs.map(([one, all]) => agreement(one, all))),
  });
  return {
    rows: [row('WASM, 1 thread', times.wasm), row('onnxruntime-node, 1 thread', times.node)],
    ratio: ratios(times.wasm.map(([, all]) => all.ms), times.wasm.map(([one]) => one.ms)),
  };
}

export const bench: Bench = {
  name: 'recompute',
  title: 'Incremental decoding against full recompute',
  about: 'The decode loop with its caches, against Alg. 2 of the paper as written: for every token the entropy model, the encoder and the decoder run over the whole prefix again. The patch transformer does where a patch opens. The graphs of Alg. 2 take prefixes of any length, so nothing is padded, and compute logits for the last position only. Same weights, same seeds, guidance on; tokens are compared.',
  goal: { text: 'at least 20 times faster per image (WASM)', atLeast: 20 },
  unfit: withoutPatches,
  run,
};
