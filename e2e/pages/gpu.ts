import { decodeOne } from '../../engine/decode.ts';
import { decodeGraphs } from '../../engine/decode-graphs.ts';
import type { DecodeGraphs } from '../../engine/graphs.ts';
import { around, type GraphRunner } from '../../engine/graph-runner.ts';
import type { NoiseAt } from '../../engine/gumbel.ts';
import type { Manifest } from '../../engine/manifest.ts';
import type { Settings } from '../../engine/settings.ts';
import { choose, nullEntropyOf, type Choice, type SamplingRules } from '../../engine/sampling.ts';
import { fetchManifest } from '../../packs/fetch-manifest.ts';
import { GpuTokens } from '../../workers/on-device.ts';
import { fetchPack } from '../../packs/pack.ts';
import { SerialQueue } from '../../workers/queue.ts';
import { gpuTensor, openRuntime, type Runtime } from '../../workers/runtime.ts';
import { SessionRunner } from '../../workers/sessions.ts';
import { countGpu, type GpuCounts } from './gpu-counts.ts';

const counts = countGpu();
let runtime: Runtime;

async function open(): Promise<{ sampler: boolean; name: string }> {
  runtime = await openRuntime('webgpu');
  return { sampler: Boolean(runtime.gpu!.sampler), name: runtime.gpu!.name };
}

export interface GpuRun {
  tokens: number[];
  entropies: (number | null)[];
  logprobs: (number | null)[];
  alternatives: [number, number][][];
  patches: number;
  passes: number;
  /** Of the whole image. */
  waits: number;
  /** What each token took, the patch transformer's step included; handingOverMs: what the processor needs until it only waits. */
  steps: (GpuCounts & { opens: boolean; stages: string[]; handingOverMs: number })[];
  /** Kernels that a run of each graph started, in order. */
  graphs: Record<string, number[]>;
}

/** The runner, with a count of what each graph starts. */
function counted(runner: SessionRunner, graphs: GpuRun['graphs']): GraphRunner {
  return around(runner, async (call) => {
    const before = counts.launches;
    const results = await runner.run(call);
    (graphs[call.graph] ??= []).push(counts.launches - before);
    return results;
  });
}

async function runnerOf(manifestPath: string, host: boolean, capture: boolean): Promise<{ runner: SessionRunner; manifest: Manifest }> {
  const manifestUrl = new URL(manifestPath, location.origin).href;
  const manifest = await fetchManifest(manifestUrl);
  const pack = await fetchPack(manifestUrl, manifest, manifest.defaultVariant.webgpu, { onProgress: () => undefined });
  const sampler = runtime.gpu!.sampler ?? null;
  const runner = new SessionRunner({ ...runtime, gpu: { ...runtime.gpu!, sampler: host ? null : sampler } }, 'webgpu', pack, new SerialQueue(), { capture });
  return { runner, manifest };
}

async function image(manifest: Manifest, graphs: DecodeGraphs, seed: number, changes: Partial<Settings>, limit: number | null, kernels: GpuRun['graphs'], window = 1): Promise<GpuRun> {
  const result: GpuRun = { tokens: [], entropies: [], logprobs: [], alternatives: [], patches: 0, passes: 0, waits: 0, steps: [], graphs: kernels };
  const first = { ...counts };
  let before = { ...counts };
  for await (const event of decodeOne(graphs, manifest, { class: 0, seed, settings: { ...manifest.defaults, ...changes } }, { window })) {
    const now = { ...counts };
    result.steps.push({
      launches: now.launches - before.launches, submits: now.submits - before.submits, bindings: now.bindings - before.bindings, waits: now.waits - before.waits,
      opens: event.opens.length > 0, stages: Object.keys(event.times),
      handingOverMs: Object.entries(event.times).reduce((sum, [stage, ms]) => sum + (stage === 'wait' ? 0 : ms), 0),
    });
    result.tokens.push(event.token);
    result.entropies.push(event.entropy);
    result.logprobs.push(event.logprob);
    result.alternatives.push(event.alternatives);
    result.patches = event.patch + 1;
    result.passes = event.pass!;
    if (result.tokens.length === limit) break;
    before = { ...counts };
  }
  result.waits = counts.waits - first.waits;
  graphs.dispose();
  return result;
}

/** A run of a pack on WebGPU; `host` samples on the processor. */
async function run(manifestPath: string, seed: number, changes: Partial<Settings>, host: boolean, limit: number | null = null, window = 1): Promise<GpuRun> {
  const { runner, manifest } = await runnerOf(manifestPath, host, false);
  const kernels: GpuRun['graphs'] = {};
  const result = await image(manifest, decodeGraphs(counted(runner, kernels), manifest), seed, changes, limit, kernels, window);
  await runner.release();
  return result;
}

/** One image after the other with one model whose kernels are recorded. */
async function captured(manifestPath: string, seeds: readonly number[], changes: Partial<Settings>, limit: number | null, window = 1): Promise<GpuRun[]> {
  const { runner, manifest } = await runnerOf(manifestPath, false, true);
  const graphs = decodeGraphs(runner, manifest);
  const results = [];
  for (const seed of seeds) results.push(await image(manifest, graphs, seed, changes, limit, {}, window));
  await runner.release();
  return results;
}

type Answer = Choice & { nullEntropy: number | null };

export interface SampleCase {
  classLogits: number[];
  nullLogits: number[] | null;
  rules: SamplingRules;
  at: NoiseAt;
  forced?: number;
}

/** The same cases on the GPU and on the processor. */
async function sample(cases: SampleCase[]): Promise<{ got: Answer; want: Answer }[]> {
  const { device, sampler } = runtime.gpu!;
  const tokens = new GpuTokens(device, sampler!, gpuTensor(runtime.ort));
  const answers = [];
  for (const { classLogits, nullLogits, rules, at, forced } of cases) {
    const values = Float32Array.from([...classLogits, ...(nullLogits ?? [])]);
    const logits = tokens.zeros([nullLogits ? 2 : 1, 1, classLogits.length]);
    device.queue.writeBuffer((logits as unknown as { gpuBuffer: GPUBuffer }).gpuBuffer, 0, values);
    tokens.sample({ logits, positions: 1, groups: nullLogits ? 2 : 1, rules, at, forced: [forced], drafts: [], nullEntropy: true }, 1);
    const { choice, nullEntropy } = (await tokens.read(null)).sampled[0]!;
    const host = { classLogits: values.subarray(0, classLogits.length), nullLogits: nullLogits && values.subarray(classLogits.length) };
    answers.push({ got: { ...choice, nullEntropy }, want: { ...choose(host, rules, at, forced), nullEntropy: nullEntropyOf(host) } });
  }
  tokens.release();
  return answers;
}

const page = { open, run, captured, sample };
export type GpuPage = typeof page;
Object.assign(globalThis, { gpu: page });
