import { createStore } from 'zustand/vanilla';
import { packHash, type Manifest } from '../../engine/manifest.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { InferenceClientApi, Result } from '../inference/client.ts';
import { atOnce } from './batch.ts';
import { createJobs, type Job, type StartOptions } from './jobs.ts';
import { createLoading, type LoadingDeps } from './loading.ts';
import { createPack, type BackendChoice, type PackState } from './pack.ts';
import { findPack, manifestAddress } from './packFiles.ts';
import { problem, toProblem } from './problem.ts';
import { askAgain } from './recovery.ts';
import { headerOf, type RunRequest } from './runRequest.ts';
import { until } from './until.ts';
import { say } from '../../engine/phrase.ts';

export interface PackSessionDeps extends Pick<LoadingDeps, 'connect' | 'spareGpu' | 'notices'> {
  now: () => number;
}

/** Something else that asks the model: it ends, or has its answer, before a run begins. */
export interface Asker {
  busy: () => boolean;
  settle: () => Promise<void>;
  /** Where `settle` cuts it off though it takes a moment only: resolves when it has its answer. */
  answered?: () => Promise<void>;
}

export type PackSession = ReturnType<typeof createPackSession>;

/** A pack with its model and the runs that it makes. It knows of no view and no address. */
export function createPackSession({ connect, spareGpu, notices, now }: PackSessionDeps) {
  const pack = createPack();
  const loading = createLoading({ connect, spareGpu, pack, notices });
  const jobs = createJobs({ now, recover: loading.recover, atOnce: () => atOnce(pack.getState().manifest) });
  /** queued: Generate waits for the model. held: the model failed, and what waited is made after the next load. */
  const queue = createStore<{ queued: boolean; held: boolean }>(() => ({ queued: false, held: false }));
  /** The runs that wait; they are asked for when they can begin. */
  let waiting: () => readonly RunRequest[] = () => [];
  /** A guest beside this pack makes runs: the device is not free. */
  const beside = createStore<{ running: boolean }>(() => ({ running: false }));
  const askers = new Set<Asker>();
  const listeners = new Set<() => void>();
  const queued = () => queue.getState().queued;

  pack.subscribe(({ model }, before) => {
    if (model === before.model) return;
    if (model === 'loading') {
      if (queue.getState().held) wait(waiting);
    } else if (before.model === 'loading') {
      if (model !== 'ready') wait(null, model === 'failed' && queued());
      else if (queued() && waiting().length > 0) void generate(waiting);
      else {
        // What would be made cannot be any more: a field that was right holds nothing that can be used.
        wait(null);
        for (const listener of listeners) listener();
      }
    }
  });

  /** Has these runs wait for the model; null: none, but with `again` those before wait for the next load. */
  function wait(requests: (() => readonly RunRequest[]) | null, again = false): void {
    if (requests) waiting = requests;
    queue.setState({ queued: requests !== null, held: again });
  }

  const loadIfNone = async () => {
    if (['failed', 'asking', 'idle'].includes(pack.getState().model)) await loading.load();
  };
  const loadUnlessAsking = async () => {
    if (pack.getState().model !== 'asking') await loading.load();
  };
  /** Loads the model where nothing does; resolves when it is there or has failed. */
  const modelReady = async () => {
    await loadIfNone();
    await loading.over();
  };
  const busy = () => [...askers].some((asker) => asker.busy());
  /** Ends what asks the model; not `except`, who wants to ask. `wait`: what takes a moment only is waited for. */
  const settle = async ({ except, wait = false }: { except?: Asker; wait?: boolean } = {}) => {
    if (busy()) for (const asker of [...askers]) if (asker !== except) await ((wait && asker.answered) || asker.settle)();
  };
  /** No run is made here, and none waits. */
  const isIdle = () => !queued() && !jobs.getState().running;
  /** Resolves when that is so. */
  const idle = () => until(isIdle, queue, jobs);
  /** Where the worker had to be ended: its files come back from the browser's storage, once for all who ask. */
  const comeBack = async (client: InferenceClientApi) => {
    if (client.loaded || client !== loading.client()) return;
    if (pack.getState().model !== 'loading') void loading.load();
    await loading.over();
  };
  /** Asks the model; where its worker is lost, once more after it came back. */
  const ask = <T>(client: InferenceClientApi, question: () => Promise<Result<T>>) => askAgain(question, () => comeBack(client));

  /** Makes runs, one after the other or at once, as soon as the model is there and free. */
  async function generate(requests: () => readonly RunRequest[]): Promise<void> {
    const { manifest, model, report, hash } = pack.getState();
    const client = loading.client();
    const list = requests();
    if (!manifest || list.length === 0) return wait(null);
    if (model !== 'ready' || !client || !report) {
      wait(requests);
      return loadIfNone();
    }
    if (busy() || jobs.getState().running || beside.getState().running) return afterwards(requests);
    wait(null);
    await decode(list.map((request) => headerOf(request, manifest, hash, report)), client);
  }

  /** Makes those that wait, once the device is free and if nobody has taken them back. */
  async function afterwards(requests: () => readonly RunRequest[]): Promise<void> {
    wait(requests);
    await settle();
    await until(() => !queued() || !(jobs.getState().running || beside.getState().running), queue, jobs, beside);
    if (queued()) await generate(waiting);
  }

  async function decode(headers: readonly RunHeader[], client: InferenceClientApi, { begun, ...options }: StartOptions & { begun?: (list: readonly Job[]) => void } = {}): Promise<boolean> {
    const all = jobs.start(headers, client, options);
    begun?.(jobs.getState().list);
    const result = await all;
    if (result && !result.ok && (result.code === 'stopped' || result.code === 'worker-lost')) await comeBack(client);
    return result?.ok ?? false;
  }

  /** Ends the runs being decoded, or takes back those that wait for the model. */
  async function stop(): Promise<void> {
    wait(null);
    const client = loading.client();
    if (jobs.getState().running && client) await jobs.stop(client);
  }

  return {
    pack, jobs, queue, beside, generate, wait, stop, modelReady, settle, isIdle, idle, comeBack, ask, decode,
    client: loading.client, load: loading.load, cancelLoad: loading.cancel,
    /** Returns the way out. */
    addAsker(asker: Asker): () => void {
      askers.add(asker);
      return () => askers.delete(asker);
    },
    /** Called when the model has been loaded and no run waits for it. */
    onReady: (listener: () => void): void => void listeners.add(listener),
    /** Loads the model with other weights of the pack, or on another backend: at once, unless the page waits to be asked for it. */
    chooseVariant(variant: string): Promise<void> {
      pack.setState({ variant });
      return loadUnlessAsking();
    },
    chooseBackend(choice: BackendChoice): Promise<void> {
      pack.setState({ choice });
      return loadUnlessAsking();
    },
    /** The manifest of a pack beside this page, and its hash; null where it cannot be read, for which the pack has the reason, or where it was overtaken. */
    async read(name: string, base: string, signal?: AbortSignal): Promise<{ manifest: Manifest; hash: string } | null> {
      try {
        pack.setState({ name, manifestUrl: manifestAddress(name, base), problem: null });
        const slow = () => notices.replace('slow', [problem('slow', say`The pack "${name}" has not arrived yet.`, say`The network is slow or does not answer. It is tried once more.`)]);
        const { manifest } = await findPack(name, base, { signal, onSlow: slow });
        const hash = await packHash(manifest);
        signal?.throwIfAborted();
        return { manifest, hash };
      } catch (error) {
        if (!signal?.aborted) pack.setState({ model: 'failed', problem: toProblem(error) });
        return null;
      } finally {
        if (!signal?.aborted) notices.replace('slow', []);
      }
    },
    use: (read: Pick<PackState, 'manifest' | 'hash'> & Partial<PackState>): void => pack.setState(read),
    /** Ends everything of the pack; no run may be under way. */
    close(): void {
      loading.drop();
      queue.setState({ held: false });
      jobs.clear();
      pack.setState({ manifest: null, hash: null, report: null, variant: null, progress: null, model: 'idle', problem: null });
      notices.replace('slow', []);
    },
    /** Ends what is being decoded; resolves once it has ended. */
    async stopped(): Promise<void> {
      await stop();
      await jobs.settled();
    },
  };
}
