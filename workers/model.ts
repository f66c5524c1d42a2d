import { decodeGraphs } from '../engine/decode-graphs.ts';
import { StudioError } from '../engine/errors.ts';
import { say, together } from '../engine/phrase.ts';
import type { DecodeGraphs } from '../engine/graphs.ts';
import { decodesWithNullEntropies, packHash, parseManifest, requiredGraphs } from '../engine/manifest.ts';
import { SessionPictures } from '../engine/session-pictures.ts';
import { goldenTolerance } from '../engine/variants.ts';
import type { BrowserBackend } from '../engine/log.ts';
import type { BackendTrial, LoadProgress, LoadReport, LoadRequest } from './messages.ts';
import { tryDanger } from './danger.ts';
import { fetchManifest } from '../packs/fetch-manifest.ts';
import { localFiles } from '../packs/local-files.ts';
import { fetchPack, type Pack } from '../packs/pack.ts';
import { neutralToken } from './picture.ts';
import type { SerialQueue } from './queue.ts';
import { openRuntime, type Gpu, type Runtime } from './runtime.ts';
import { checkGolden, chooseTrial, tryBackend, withRecorded, worthRecording } from './self-test.ts';
import { SessionRunner } from './sessions.ts';
import { chooseWindow, roomForWindows } from './window-choice.ts';

/** A pack ready to run on one backend. */
export interface Model {
  pack: Pack;
  runtime: Runtime;
  backend: BrowserBackend;
  runner: SessionRunner;
  /** Whether the GPU here replays recorded kernels. */
  capture: boolean;
  graphs: DecodeGraphs;
  pictures: SessionPictures;
  /** Stands in for cells that are not decoded yet. */
  neutral: number;
  /** Milliseconds that a picture takes; 0 where the first one says nothing, as a GPU compiled for it. */
  paintMs: number;
  /** Positions of a pass that are fastest here (engine/window.ts). */
  window: number;
  /** Graphs have failed with several positions a pass: runs take one, whatever is asked for. */
  oneAPass: boolean;
}

type Progress = (progress: LoadProgress) => void;

/** Between the last byte and the first token of a self-test: files are checked, graphs are opened. */
const preparing = (label: string): LoadProgress => ({ stage: 'graphs', loaded: 0, total: 1, label });

/** Tries the candidates in turn, the processor first: it needs no shaders, and bounds how long the GPU may take. */
async function selfTest(runtime: Runtime, candidates: BrowserBackend[], pack: Pack, queue: SerialQueue, progress: Progress) {
  const golden = checkGolden(pack.golden, pack.manifest);
  const runners = new Map<BrowserBackend, SessionRunner>();
  const trials: BackendTrial[] = [];
  for (const backend of candidates) {
    let runner = new SessionRunner(runtime, backend, pack, queue);
    progress(preparing(backend));
    const attempt = (one: SessionRunner) => tryBackend(decodeGraphs(one, pack.manifest), golden, {
      backend,
      entropies: requiredGraphs[pack.manifest.kind].includes('entropy'),
      nullEntropy: decodesWithNullEntropies(pack.manifest),
      nullClass: pack.manifest.classes.length,
      tolerance: goldenTolerance(pack.manifest, pack.variant),
      best: Math.min(...trials.map((trial) => (trial.correct && trial.msPerToken) || Infinity)),
      onToken: (loaded, total) => progress({ stage: 'self-test', loaded, total, label: backend }),
    });
    let trial = await attempt(runner);
    if (worthRecording(trial) && runner.onDevice && pack.manifest.kind === 'dpar') {
      const recorder = new SessionRunner(runtime, backend, pack, queue, { capture: true });
      const recorded = await tryDanger(`capture/${runtime.gpu!.name}`, () => attempt(recorder), ({ correct }) => correct);
      if (recorded) trial = withRecorded(trial, recorded);
      const [used, unused] = trial.capture?.used ? [recorder, runner] : [runner, recorder];
      await unused.release();
      runner = used;
    }
    runners.set(backend, runner);
    trials.push(trial);
  }
  const chosen = chooseTrial(trials);
  for (const [backend, runner] of runners) if (backend !== chosen?.backend) await runner.release();
  if (!chosen) {
    const reasons = together(trials.map(({ backend, reason }) => say`${backend}: ${reason ?? say`unknown`}.`));
    const other = candidates.length === 1 && candidates[0] === 'webgpu' ? say`Choose the backend "wasm".` : say`Load the pack again, or try another browser.`;
    throw new StudioError('graph-failed', say`The model does not compute correctly here, so it is not used. ${other}`, reasons);
  }
  return { trials, backend: chosen.backend, runner: runners.get(chosen.backend)!, neutral: neutralToken(golden.tokens), golden };
}

/** Downloads a pack, picks the backend by a self-test, and has everything open that a guided run needs. */
export async function openModel(
  request: LoadRequest, queue: SerialQueue, progress: Progress, device: { gpu?: Gpu | null },
  watch: (device: GPUDevice) => void = () => undefined,
): Promise<{ model: Model; report: LoadReport }> {
  const began = performance.now();
  progress({ stage: 'manifest', loaded: 0, total: 1, label: 'manifest.json' });
  const manifest = request.manifest === undefined ? await fetchManifest(request.manifestUrl) : parseManifest(request.manifest);
  const runtime = await openRuntime(request.backend, {
    gpu: device.gpu, onProgress: (state) => progress({ stage: 'runtime', label: 'onnxruntime', ...state }),
  });
  if (runtime.gpu && runtime.gpu !== device.gpu) watch(runtime.gpu.device);
  if (runtime.gpu) device.gpu = runtime.gpu;
  const candidates: BrowserBackend[] = request.backend !== 'auto' ? [request.backend] : runtime.gpu ? ['wasm', 'webgpu'] : ['wasm'];
  const variant = request.variant ?? manifest.defaultVariant[runtime.gpu ? 'webgpu' : 'wasm'];
  const pack = await fetchPack(request.manifestUrl, manifest, variant, {
    onProgress: (state) => progress(state.loaded < state.total || state.waiting ? { stage: 'weights', label: manifest.title, ...state } : preparing(manifest.title)),
    ...(request.files && { cache: localFiles(request.files) }),
  });
  const { trials, backend, runner, neutral, golden } = await selfTest(runtime, candidates, pack, queue, progress);
  const graphs = decodeGraphs(runner, manifest);
  try {
    progress({ stage: 'sessions', loaded: 0, total: 1, label: 'tokenizer_decoder' });
    const passes = roomForWindows(manifest, backend) ? await chooseWindow(graphs, manifest, golden, { tolerance: goldenTolerance(pack.manifest, pack.variant) }) : { window: 1, trials: [] };
    const model: Model = {
      pack, runtime, backend, runner, neutral, graphs, paintMs: 0, window: passes.window, oneAPass: false, capture: trials.some(({ capture }) => capture?.used),
      pictures: new SessionPictures(runner, manifest),
    };
    // The first run compiles shaders; a preview should not be the one to wait for that.
    const paints = performance.now();
    await model.pictures.decode(new Int32Array(manifest.grid.tokens).fill(neutral));
    if (backend === 'wasm') model.paintMs = performance.now() - paints;
    const report: LoadReport = {
      manifest, packHash: await packHash(manifest), variant, backend, trials, passes,
      adapter: runtime.gpu?.name ?? null, bytes: pack.bytes, stored: pack.stored, ms: performance.now() - began,
    };
    return { model, report };
  } catch (error) {
    await closeModel({ graphs, runner }).catch(() => undefined);
    throw error;
  }
}

export async function closeModel({ graphs, runner }: Pick<Model, 'graphs' | 'runner'>): Promise<void> {
  graphs.dispose();
  await runner.release();
}
