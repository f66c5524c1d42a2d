import { readPack } from '../node/pack.ts';
import { interleaved, type Bench, type Contestant, type Context } from './harness.ts';
import { dpar, imageOf, lengthIn, withoutPatches } from './lib/requests.ts';
import { ratios, summary } from '../engine/statistics.ts';
import { openPeer } from './lib/peer.ts';
import type { Row } from './lib/table.ts';

/** A processor that stands in for a GPU is slow: runs are cut to so many tokens there. */
const SOFTWARE_TOKENS = 6;
const PATCHES = { single: { maxPatchLength: 1 }, dynamic: {} };

async function run({ repeats, limit, pack: folder, host, log }: Context) {
  const manifest = dpar((await readPack(folder)).manifest);
  const { grid } = manifest;
  const subjects = [];
  let software = false;
  for (const device of ['wasm', 'webgpu'] as const) {
    const ours = await host.remote(device);
    let backend = 'WASM, 1 thread';
    if (device === 'wasm') {
      await ours.open(host.address(folder), 1);
    } else {
      const gpu = await ours.openGpu(host.address(folder));
      software = gpu.software;
      backend = `WebGPU, ${gpu.adapter}`;
      log(backend);
    }
    const peer = await openPeer(host, manifest, device);
    subjects.push({ backend, cut: device === 'webgpu' && software ? SOFTWARE_TOKENS : limit, ours, peer });
  }
  const contestants: Record<string, Contestant<number>> = {};
  subjects.forEach(({ cut, ours, peer }, i) => {
    contestants[`${i} peer`] = async (round) => {
      const count = lengthIn(round, cut) ?? grid.tokens;
      const { ms, tokens } = await peer.generate(count);
      if (tokens !== count) throw new Error(`transformers.js made ${tokens} of ${count} tokens.`);
      return (1000 * tokens) / ms;
    };
    for (const [name, changes] of Object.entries(PATCHES)) {
      contestants[`${i} ${name}`] = async (round) => {
        const image = await ours.image(imageOf(manifest, round, { guidance: 1, ...changes }), lengthIn(round, cut));
        return (1000 * image.tokens.length) / image.ms;
      };
    }
  });
  const rates = await interleaved(contestants, { repeats });
  const { name, blocks } = subjects[0]!.peer;
  const whats = {
    peer: `${name}, GPT of ${blocks} blocks`,
    single: `this engine, token by token, ${blocks} blocks`, dynamic: 'this engine, dynamic patches',
  };
  const against = (i: number, name: string) => ratios(rates[`${i} ${name}`]!, rates[`${i} peer`]!);
  const rows: Row[] = subjects.flatMap(({ backend, cut }, i) => Object.entries(whats).map(([name, what]) => ({
    backend, what, tokens: cut ?? grid.tokens, 'tokens per second': summary(rates[`${i} ${name}`]!), 'against transformers.js': against(i, name),
  })));
  for (const { ours, peer } of subjects) await Promise.all([ours.close(), peer.page.close()]);
  return { rows, ratio: against(0, 'single'), webgpu: { ratio: against(1, 'single'), software } };
}

export const bench: Bench = {
  name: 'transformers',
  title: 'Against transformers.js',
  about: 'Tokens per second in Chromium, one row (no guidance), float32, sampled at temperature 1. The generate loop of transformers.js runs on a random GPT, built from the same fused operators. The GPT has as many blocks, the same width and the same vocabulary. The version of onnxruntime-web is that of transformers.js. The ratios judged are those of token-by-token decoding, which does the same work; dynamic patches come on top. Where the adapter is a software one, runs are cut short and the figures say nothing about GPUs. Kernels run on the processor there, and what they cost hides what it costs to hand them over.',
  goal: { text: 'at least 1.3 times the tokens per second (WASM)', atLeast: 1.3 },
  webgpuGoal: { text: 'at least 2 times (WebGPU)', atLeast: 2 },
  unfit: withoutPatches,
  run,
};
