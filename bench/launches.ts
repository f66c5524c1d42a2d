import type { GpuRun } from '../e2e/pages/gpu.ts';
import type { GpuCounts } from '../e2e/pages/gpu-counts.ts';
import { decodeOne } from '../engine/decode.ts';
import { decodeGraphs } from '../engine/decode-graphs.ts';
import type { GraphRunner } from '../engine/graph-runner.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { Settings } from '../engine/settings.ts';
import { summary } from '../engine/statistics.ts';
import type { Bench, Context } from './harness.ts';
import { onGpuPage, type GpuScope } from './lib/gpu-page.ts';
import { openPeer } from './lib/peer.ts';
import { dpar, withoutPatches } from './lib/requests.ts';

/** No entropy comes near: patches end when they are full, so that the first tokens both open and join. */
const PATCHES = { entropyThreshold: 20, maxPatchLength: 4 };
const TOKENS = 7;
const REQUEST = { class: 0, seed: 1 };
/** Nats; kernels round differently. */
const CLOSE = 1e-3;

/** Counts of graphs that compute something else would be worth nothing: entropies have to be those of onnxruntime-node. */
async function checkRight(runner: GraphRunner, manifest: Manifest, { tokens, entropies }: GpuRun): Promise<void> {
  const graphs = decodeGraphs(runner, manifest);
  let t = 0;
  for await (const event of decodeOne(graphs, manifest, { ...REQUEST, settings: { ...manifest.defaults, ...PATCHES }, given: tokens })) {
    const off = Math.abs((event.entropy ?? 0) - (entropies[t] ?? 0));
    if (!(off <= CLOSE)) throw new Error(`WebGPU gives ${entropies[t]} nats for token ${t}, onnxruntime-node ${event.entropy}.`);
    if (++t === tokens.length) break;
  }
  graphs.dispose();
}

const span = (values: readonly number[]): string | number => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? low : `${low} to ${high}`;
};

type Counted = Record<keyof GpuCounts, string | number | null>;
const row = (what: string, where: string, { launches, bindings, submits, waits }: Counted, handingOverMs: readonly number[] | null) => ({
  what, 'sampled on': where, 'kernel launches': launches, 'bind groups': bindings, 'command buffers': submits, waits, 'handing over, ms': handingOverMs && summary(handingOverMs),
});

function stepsRow(what: string, where: string, steps: GpuRun['steps']) {
  const of = (key: keyof GpuCounts) => span(steps.map((step) => step[key]));
  const counts = { launches: of('launches'), bindings: of('bindings'), submits: of('submits'), waits: of('waits') };
  return row(what, where, counts, where === 'processor' ? null : steps.map(({ handingOverMs }) => handingOverMs));
}

async function peerRow({ host }: Context, manifest: Manifest) {
  const peer = await openPeer(host, dpar(manifest), 'webgpu');
  try {
    peer.page.setDefaultTimeout(600_000);
    const { handingOverMs, ...counts } = await peer.launches(TOKENS - 1);
    return row(`${peer.name}, a token of a GPT of ${peer.blocks} blocks, one row`, 'processor', counts, handingOverMs);
  } finally {
    await peer.page.close();
  }
}

/** On the software adapter of a machine without a GPU too: counts mean something there, times would not, and are not taken. */
async function run(context: Context) {
  const { pack: folder, host } = context;
  const { pack: { manifest }, runner } = await host.node(folder);
  return onGpuPage(host, 600_000, async (page) => {
    const decode = (onHost: boolean): Promise<GpuRun> => page.evaluate(
      ([path, seed, settings, hosted, limit]) => (globalThis as unknown as GpuScope).gpu.run(path, seed, settings, hosted, limit),
      [`${host.address(folder)}/manifest.json`, REQUEST.seed, PATCHES, onHost, TOKENS] as const,
    );
    // The first image is the one that is recorded.
    const recording = async (changes: Partial<Settings>): Promise<GpuRun> => (await page.evaluate(
      ([path, seeds, settings, limit]) => (globalThis as unknown as GpuScope).gpu.captured(path, seeds, settings, limit),
      [`${host.address(folder)}/manifest.json`, [REQUEST.seed, REQUEST.seed], changes, TOKENS] as const,
    ))[1]!;
    const runs = { GPU: await decode(false), 'GPU, kernels recorded': await recording(PATCHES), processor: await decode(true) };
    for (const one of Object.values(runs)) await checkRight(runner, manifest, one);
    const none = { bindings: null, submits: null, waits: null };
    const graphs = Object.entries(runs.GPU.graphs).map(([graph, launches]) => row(`graph ${graph}`, 'either', { launches: span(launches), ...none }, null));
    // The first token opens no patch that was pooled, and its sessions are being made.
    const steps = (Object.entries(runs) as [keyof typeof runs, GpuRun][]).flatMap(([where, { steps }]) =>
      ([false, true] as const).map((opens) => stepsRow(opens ? 'a token that opens a patch' : 'a token that joins one', where, steps.slice(1).filter((step) => step.opens === opens))));
    const alone = await recording({ maxPatchLength: 1, guidance: 1 });
    const peer = [stepsRow('a token by itself (P_max = 1), one row', 'GPU, kernels recorded', alone.steps.slice(1)), await peerRow(context, manifest)];
    return { rows: [...graphs, ...steps, ...peer].map((one) => ({ ...one, pack: manifest.name })), ratio: summary(runs.GPU.steps.slice(1).map(({ waits }) => waits)) };
  });
}

export const bench: Bench = {
  name: 'launches',
  title: 'Kernel launches, command buffers and waits of a token on WebGPU',
  about: `Counted in Chromium by wrapping WebGPU itself, so onnxruntime's kernels and the studio's are both in: ${TOKENS} tokens, guidance on. Sampling is one kernel of one workgroup (workers/sample-shader.ts). The same rules written as an ONNX graph were estimated at some 25 nodes, each a launch; that form was not built. From there x_t goes to encoder and entropy model without leaving the GPU, and the encoder's h, k and v stay there too. One buffer is read a token: x_t, its log-probabilities, the alternatives and e_{t+1}. Sampled on the processor, the logits, h, k, v and the entropy are read one after the other. With recorded kernels (graph capture) onnxruntime replays what it did in the first run, on the second image here. It runs as many kernels, without making bind groups for them. Handing over is the time of the processor until it only waits for the GPU. A software adapter computes kernels on the same processor, so only the ratio of the two says something. The last two rows do the same work, a token by itself through as many blocks without guidance, here and in transformers.js. The bench \`transformers\` cannot time this without a GPU.`,
  goal: { text: 'one wait a token', atMost: 1, always: true },
  unfit: withoutPatches,
  run,
};
