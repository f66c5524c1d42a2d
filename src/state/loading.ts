import type { Backend } from '../../engine/log.ts';
import type { ClientOptions, InferenceClientApi } from '../inference/client.ts';
import type { Recovering } from './jobs.ts';
import { localPackFiles } from './localPacks.ts';
import type { Notices } from './notices.ts';
import type { BackendChoice, PackStore } from './pack.ts';
import { fromFailure, toProblem, type Problem } from './problem.ts';
import { isLoss } from './recovery.ts';
import { until } from './until.ts';

export interface LoadingDeps {
  connect: (options: Pick<ClientOptions, 'onOneAPass'>) => InferenceClientApi;
  /** Says why the GPU is used here only when it is chosen; null where it may be tried. */
  spareGpu?: (() => Promise<Problem | null>) | undefined;
  pack: PackStore;
  notices: Pick<Notices, 'replace'>;
}

/** Failures of a load that say nothing of the processor: there is no GPU (any more), or it computes wrongly. */
const OF_THE_GPU = ['backend-unavailable', 'graph-failed'];

/** The worker and its model: loaded, called off, brought back where the worker is lost. */
export function createLoading({ connect, spareGpu, pack, notices }: LoadingDeps) {
  let client: InferenceClientApi | null = null;
  let current: AbortController | null = null;
  /** That the GPU is spared is reported once a visit. */
  let spoken = false;

  /** The words are fetched when they are needed; without them all goes on just the same. */
  const announce = async (source: string, words: (of: typeof import('./lostNotices.ts')) => Problem[]): Promise<void> => {
    try {
      notices.replace(source, words(await import('./lostNotices.ts')));
    } catch { /* no network, no words */ }
  };

  /** What was said of how a model runs goes with it. */
  const unsay = () => {
    for (const source of ['backend', 'one-a-pass']) notices.replace(source, []);
  };

  /** Resolves when nothing loads any more: the model is there, has failed, or was called off. */
  const over = (): Promise<void> => until(() => pack.getState().model !== 'loading', pack);

  /** Loads the model as it is set, or with another choice of backend and weights. */
  function load(choice: BackendChoice = pack.getState().choice, variant = pack.getState().variant): Promise<void> {
    pack.setState({ choice });
    return loadOn(choice, variant, () => pack.setState({ choice: 'wasm' }));
  }

  /** `gaveUp`: the GPU was lost on the way, so the processor is taken. */
  async function loadOn(backend: BackendChoice, variant: string | null, gaveUp: () => void): Promise<void> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    unsay();
    pack.setState({ model: 'loading', progress: null, report: null, problem: null });
    const fail = (reason: Problem) => {
      if (current !== mine) return;
      pack.setState({ model: 'failed', problem: reason, progress: null });
    };
    try {
      client ??= connect({ onOneAPass: (reason) => void announce('one-a-pass', ({ oneAPass }) => [oneAPass(reason)]) });
    } catch (error) {
      fail(toProblem(error));
      return;
    }
    const { manifestUrl } = pack.getState();
    const files = localPackFiles(manifestUrl);
    const spared = (backend === 'auto' && (await spareGpu?.().catch(() => null))) || null;
    if (current !== mine) return;
    const result = await client.load(
      { manifestUrl, manifest: pack.getState().manifest ?? undefined, backend: spared ? 'wasm' : backend, ...(variant !== null && { variant }), ...(files && { files }) },
      (progress) => current === mine && pack.setState({ progress }),
      mine.signal,
    );
    if (current !== mine) return;
    if (!result.ok && isLoss(result) && backend !== 'wasm') {
      gaveUp();
      await loadOn('wasm', variant, gaveUp);
      if (pack.getState().model === 'ready') await announce('backend', ({ gpuGaveUp }) => [gpuGaveUp(result)]);
      return;
    }
    if (!result.ok) {
      fail(fromFailure(result));
      return;
    }
    if (result.value.stored === 'full') void announce('storage', ({ storageFull }) => [storageFull()]);
    else notices.replace('storage', []);
    if (!spared || !spoken) notices.replace('spared', spared ? [spared] : []);
    spoken ||= spared !== null;
    pack.setState({ model: 'ready', report: result.value, progress: null, hash: result.value.packHash });
    if (!files) void import('../device/loads.ts').then(({ noteLoad }) => noteLoad(result.value));
  }

  return {
    load, over,
    client: () => client,
    /** Ends the download; what has arrived is kept for the next try. */
    cancel(): void {
      current?.abort();
      current = null;
      pack.setState({ model: 'asking', progress: null });
    },
    /**
     * A fresh worker with the run's own weights, on the backend that the run began on where that is possible. Others who lost
     * the same worker may be loading it, or overtake this: what is there at the end counts.
     */
    async recover({ failure, header, wasTogether, wanted }: Recovering): Promise<Backend | null> {
      const { manifestUrl } = pack.getState();
      const noMemory = failure.code === 'out-of-memory' && !wasTogether;
      if (noMemory && header.backend !== 'webgpu') return null;
      const backend = noMemory || header.backend !== 'webgpu' ? 'wasm' : 'webgpu';
      // Where the run was stopped meanwhile, or another pack chosen, what loads then is no matter of this run.
      const loaded = async (on: typeof backend) => {
        await loadOn(on, header.variant, () => undefined);
        await over();
        return wanted() && pack.getState().manifestUrl === manifestUrl;
      };
      if (noMemory) pack.setState({ choice: 'wasm' });
      if (!(await loaded(backend))) return null;
      const { model, problem } = pack.getState();
      if (backend === 'webgpu' && model === 'failed' && OF_THE_GPU.includes(problem?.code ?? '') && !(await loaded('wasm'))) return null;
      const { model: now, report } = pack.getState();
      if (now !== 'ready' || !report || report.variant !== header.variant) return null;
      await announce('backend', ({ wentOn }) => [wentOn(failure, header, report.backend)]);
      return report.backend;
    },
    /** Lets the worker go, with whatever it was doing. */
    drop(): void {
      current?.abort();
      current = null;
      unsay();
      client?.dispose();
      client = null;
    },
  };
}
