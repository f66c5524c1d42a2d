import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dparCost, gptCost } from '../engine/cost.ts';
import { ratios, summary } from '../engine/statistics.ts';
import { readPack } from '../node/pack.ts';
import { ensurePython, python } from '../scripts/python.mjs';
import { run as runCommand } from '../scripts/run.mjs';
import type { Bench, Context } from './harness.ts';
import { cache } from './lib/host.ts';
import { dpar, withoutPatches } from './lib/requests.ts';

/** What `python -m models bench training` writes (models/bench/throughput.py). */
interface Throughput {
  images_per_second: { dpar: number[]; gpt: number[] };
  parameters: { dpar: number; gpt: number };
  tokens: number;
  steps_mean: number;
  padding: number;
}

const CONFIGS = 'models/configs/eurosat';

async function run({ repeats, limit, pack: folder }: Context) {
  ensurePython();
  const out = join(cache, 'training');
  runCommand(python, ['-m', 'models', 'bench', 'training', '--dpar', `${CONFIGS}/dpar.toml`, '--gpt', `${CONFIGS}/gpt.toml`,
    '--rounds', String(repeats), '--steps', limit === null ? '6' : '1', '--out', out]);
  const { images_per_second: speeds, parameters, tokens, steps_mean: patches, padding } = JSON.parse(readFileSync(join(out, 'training.json'), 'utf8')) as Throughput;
  const { manifest } = await readPack(folder);
  const { model, vocab } = dpar(manifest);
  const blocks = model.encoderBlocks + model.patchTransformerBlocks + model.decoderBlocks;
  const allowed = gptCost(model.dim, model.ffn, blocks, vocab, tokens) / dparCost(model, vocab, tokens, patches).total;
  const gains = speeds.dpar.map((speed, i) => speed / speeds.gpt[i]!);
  const share = summary(gains.map((gain) => gain / allowed));
  const millions = (count: number) => Number((count / 1e6).toFixed(1));
  return {
    rows: [
      { model: 'DPAR', 'parameters, M': millions(parameters.dpar), 'tokens a patch': tokens / patches, 'padded positions': padding, 'images per second': summary(speeds.dpar), 'against the baseline': ratios(speeds.dpar, speeds.gpt), 'allowed by the operation count': allowed, 'share reached': share },
      { model: `GPT of ${blocks} blocks`, 'parameters, M': millions(parameters.gpt), 'tokens a patch': 1, 'padded positions': 0, 'images per second': summary(speeds.gpt), 'against the baseline': 1, 'allowed by the operation count': 1, 'share reached': null },
    ],
    ratio: share,
  };
}

export const bench: Bench = {
  name: 'training',
  title: 'Training DPAR against training the baseline',
  about: 'The real training loop in PyTorch, a few steps of both models in turn after a round that compiles them. A step is batches, forward, backward and optimizer. The models are of equal size as in models/configs/eurosat, in bfloat16. Tokens are random, with patches of about two tokens, differently long in every image. The bound is the quotient of the operation counts of a forward pass (linear layers). Entropies are scored once before training and do not count.',
  goal: { text: 'at least 0.9 of the speed-up that the operation count allows', atLeast: 0.9 },
  unfit: withoutPatches,
  run,
};
