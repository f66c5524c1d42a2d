/** The short forms of the benches on the loaded model: what an image costs here, on every backend that the runtime has. */
import { StudioError, toTagged } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { interleaved, type Contestant } from '../engine/interleave.ts';
import { around, type GraphRunner } from '../engine/graph-runner.ts';
import { measureImage, type ImageTimes } from '../engine/measure.ts';
import { staticPatches, tokenByToken, type Settings } from '../engine/settings.ts';
import { fetchManifest } from '../packs/fetch-manifest.ts';
import type { BrowserBackend } from '../engine/log.ts';
import type { DeviceMeasurement, Measured, MeasureProgress, MeasureRequest, Way } from './messages.ts';
import type { Model } from './model.ts';
import { fetchPack, type Pack } from '../packs/pack.ts';
import type { SerialQueue } from './queue.ts';
import { SessionRunner } from './sessions.ts';

/** Images of each way that count, after one that warms up. */
const ROUNDS = 3;
const WARM_TOKENS = 8;
/** A slow device decodes part of an image; the report says so. */
const IMAGE_MS = 12_000;
const REPORT_MS = 100;
/** Tokens of the image that times the graphs of a GPU one by one. */
const SETTLED_TOKENS = 48;

export interface MeasureContext {
  queue: SerialQueue;
  signal: AbortSignal;
  progress: (progress: MeasureProgress) => void;
  /** Lets messages in. Its time counts: a run in the studio takes it too. */
  breathe: () => Promise<void>;
}

interface Case {
  way: Way;
  pack: Pack;
  settings: Settings;
}

const cancelled = () => new StudioError('aborted', say`Measuring was cancelled.`);

async function openBaseline({ manifestUrl }: NonNullable<MeasureRequest['baseline']>, { signal, progress }: MeasureContext): Promise<Pack> {
  const manifest = await fetchManifest(manifestUrl, { signal });
  if (manifest.kind !== 'gpt') throw new StudioError('bad-argument', say`The pack ${manifest.name} is not a token-by-token baseline.`);
  return fetchPack(manifestUrl, manifest, manifest.defaultVariant.wasm, {
    signal, onProgress: ({ loaded, total }) => progress({ stage: 'download', done: 0, title: manifest.title, loaded, total }),
  });
}

/** The ways that a pack can be decoded in, with the settings of each. */
function casesOf(pack: Pack, baseline: Pack | null, only: readonly Way[] = ['dynamic', 'single', 'gpt']): Case[] {
  const { defaults, kind, grid, evaluation: { steps_mean: steps } } = pack.manifest;
  if (kind === 'gpt') return [{ way: 'gpt', pack, settings: defaults }];
  const cases: Case[] = [
    { way: 'dynamic', pack, settings: defaults },
    ...(typeof steps === 'number' ? [{ way: 'static' as const, pack, settings: { ...defaults, ...staticPatches(grid.tokens / steps) } }] : []),
    { way: 'single', pack, settings: { ...defaults, ...tokenByToken } },
    ...(baseline ? [{ way: 'gpt' as const, pack: baseline, settings: { ...baseline.manifest.defaults, guidance: defaults.guidance } }] : []),
  ];
  return cases.filter(({ way }) => only.includes(way));
}

/** Every run waits for the GPU, so that the time it takes is the graph's own; without that runs only hand work over. */
function settled(runner: SessionRunner, { queue }: GPUDevice): GraphRunner {
  return around(runner, async (call) => {
    const results = await runner.run(call);
    await queue.onSubmittedWorkDone();
    return results;
  });
}

/** The same image times, with the times of graphs that were waited for. */
const withGraphs = (image: Measured, alone: ImageTimes): Measured => ({
  ...image,
  graphs: Object.fromEntries(Object.entries(image.graphs).map(([name, { runs, ms }]) => {
    const own = alone.graphs[name];
    return [name, { runs, ms: own ? (runs * own.ms) / own.runs : ms }];
  })),
});

/** All cases on one backend, interleaved; `report` is given the round and the share of its image that is done, 1 exactly once. With `device` every case has one round more. */
async function measureBackend(
  backend: BrowserBackend, cases: readonly Case[], runnerOf: (pack: Pack) => SessionRunner, device: GPUDevice | null, { signal, breathe }: MeasureContext,
  report: (way: Way, round: number, share: number) => void,
): Promise<Measured[]> {
  const contestant = ({ way, pack, settings }: Case): Contestant<Measured> => async (round) =>
    ({ backend, way, ...await timed(runnerOf(pack), pack.manifest, way, round, settings, round < 0 ? WARM_TOKENS : null) });
  const timed = async (runner: GraphRunner, manifest: Pack['manifest'], way: Way, round: number, settings: Settings, limit: number | null): Promise<ImageTimes> => {
    const began = performance.now();
    let reported = began;
    report(way, round, 0);
    const times = await measureImage(runner, manifest, {
      class: Math.max(0, round) % manifest.classes.length, seed: Math.max(0, round), settings,
      signal: { get aborted() { return signal.aborted || performance.now() - began > IMAGE_MS; } },
    }, limit, async (tokens) => {
      if (tokens < manifest.grid.tokens && performance.now() - reported >= REPORT_MS) {
        reported = performance.now();
        report(way, round, tokens / manifest.grid.tokens);
      }
      await breathe();
    });
    if (signal.aborted) throw cancelled();
    report(way, round, 1);
    return times;
  };
  const results = await interleaved(Object.fromEntries(cases.map((each) => [each.way, contestant(each)])), { repeats: ROUNDS });
  if (!device) return Object.values(results).flat();
  const measured: Measured[] = [];
  for (const { way, pack, settings } of cases) {
    const alone = await timed(settled(runnerOf(pack), device), pack.manifest, way, 0, settings, SETTLED_TOKENS);
    measured.push(...results[way]!.map((image) => withGraphs(image, alone)));
  }
  return measured;
}

/** Runs everything; throws `aborted` once the signal is. A backend that fails is named with its reason and left out. */
export async function measureDevice(model: Model, request: MeasureRequest, context: MeasureContext): Promise<DeviceMeasurement> {
  const { runtime, pack } = model;
  const baseline = request.baseline && pack.manifest.kind === 'dpar' ? await openBaseline(request.baseline, context).catch((error: unknown) => {
    throw context.signal.aborted ? cancelled() : error;
  }) : null;
  const { only } = request;
  const cases = casesOf(pack, baseline, only);
  const every: BrowserBackend[] = runtime.gpu ? ['wasm', 'webgpu'] : ['wasm'];
  const backends = only ? [model.backend] : every;
  const measured: Measured[] = [];
  const failures: DeviceMeasurement['failures'] = [];
  for (const [i, backend] of backends.entries()) {
    const own = new Map<Pack, SessionRunner>();
    const runnerOf = (wanted: Pack): SessionRunner => {
      if (wanted === pack && backend === model.backend) return model.runner;
      if (!own.has(wanted)) own.set(wanted, new SessionRunner(runtime, backend, wanted, context.queue, { capture: backend === 'webgpu' && model.capture }));
      return own.get(wanted)!;
    };
    const device = backend === 'webgpu' && !only ? runtime.gpu!.device : null;
    const each = cases.length * (ROUNDS + (device ? 2 : 1));
    let finished = 0;
    try {
      measured.push(...await measureBackend(backend, cases, runnerOf, device, context, (way, round, share) => {
        context.progress({ stage: 'image', done: (i + (finished + share) / each) / backends.length, backend, way, image: round + 1, of: ROUNDS });
        if (share === 1) finished++;
      }));
    } catch (error) {
      if (context.signal.aborted) throw cancelled();
      failures.push({ backend, reason: toTagged(error).message });
    } finally {
      for (const runner of own.values()) await runner.release();
    }
  }
  const { env } = runtime.ort;
  return {
    measured, failures,
    adapter: runtime.gpu?.name ?? null,
    runtime: { version: env.versions.web ?? env.versions.common, build: runtime.build, threads: env.wasm.numThreads ?? 1 },
    baseline: baseline && { manifest: baseline.manifest, variant: baseline.variant },
  };
}
