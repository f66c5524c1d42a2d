import { readPack } from '../node/pack.ts';
import type { PeerPage } from './pages/peer.ts';
import { interleaved, type Bench, type Context } from './harness.ts';
import { dpar, imageOf, lengthIn } from './lib/requests.ts';
import { ratios, summary } from '../engine/statistics.ts';
import { packageVersion } from './lib/machine.ts';

type Scope = { bench: PeerPage };

async function run({ repeats, limit, pack: folder, host }: Context) {
  const manifest = dpar((await readPack(folder)).manifest);
  const { model, vocab, grid } = manifest;
  const blocks = model.encoderBlocks + model.patchTransformerBlocks + model.decoderBlocks;
  const peerFolder = host.peer(model.dim, model.heads, blocks, vocab);
  const ours = await host.remote();
  await ours.open(host.address(folder), 1);
  const page = await host.page('peer');
  await page.evaluate((args) => (globalThis as unknown as Scope).bench.open(...args), [host.address(peerFolder), '/bench/runtime/', 1] as [string, string, number]);
  const peer = async (round: number) => {
    const count = lengthIn(round, limit) ?? grid.tokens;
    const { ms, tokens } = await page.evaluate((n) => (globalThis as unknown as Scope).bench.generate(n), count);
    if (tokens !== count) throw new Error(`transformers.js made ${tokens} of ${count} tokens.`);
    return (1000 * tokens) / ms;
  };
  const rate = async (round: number, changes: object) => {
    const image = await ours.image(imageOf(manifest, round, { guidance: 1, ...changes }), lengthIn(round, limit));
    return (1000 * image.tokens.length) / image.ms;
  };
  const rates = await interleaved({
    peer, single: (round) => rate(round, { maxPatchLength: 1 }), dynamic: (round) => rate(round, {}),
  }, { repeats });
  await Promise.all([ours.close(), page.close()]);
  const row = (what: string, values: number[]) => ({ what, 'tokens per second': summary(values), 'against transformers.js': ratios(values, rates.peer) });
  const rows = [
    row(`transformers.js ${packageVersion('@huggingface/transformers')}, GPT of ${blocks} blocks`, rates.peer),
    row(`this engine, token by token, ${blocks} blocks`, rates.single),
    row('this engine, dynamic patches', rates.dynamic),
  ];
  return { rows, ratio: rows[1]!['against transformers.js'] };
}

export const bench: Bench = {
  name: 'transformers',
  title: 'Against transformers.js',
  about: 'Tokens per second in Chromium on WebAssembly, one thread, one row (no guidance), float32, 256 sampled tokens at temperature 1. transformers.js runs its own generate loop on a random GPT of as many blocks of the same width and vocabulary, built from the same fused operators; it brings its own version of onnxruntime-web. The ratio judged is that of token-by-token decoding, which does the same work; dynamic patches come on top.',
  goal: { text: 'at least 1.3 times the tokens per second (WASM)', atLeast: 1.3 },
  run,
};
