import type { RunHeader } from '../../engine/log.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import { headerOf, titleOf, type RunWish } from './beside.ts';
import type { Job, Jobs } from './jobs.ts';
import type { Loading } from './loading.ts';
import type { createNotices } from './notices.ts';
import type { PackStore } from './pack.ts';
import type { SettingsStore } from './settings.ts';
import { until } from './until.ts';

export interface RunningDeps {
  pack: PackStore;
  settings: SettingsStore;
  jobs: Jobs;
  /** What else asks the model something. */
  inspect: { busy: () => boolean; settle: () => Promise<void> };
  loading: Loading;
  queue: ReturnType<typeof createNotices>['queue'];
}

export type Running = ReturnType<typeof createRunning>;

/** Generate and Stop, also before the model is there. */
export function createRunning({ pack, settings, jobs, inspect, loading, queue }: RunningDeps) {
  /** What the Generate that waits for the model asked for: how many pictures, and the tokens they go on from. */
  let wanted: { count: number; given: readonly number[] } = { count: 1, given: [] };
  const queued = () => queue.getState().queued;
  const wait = (value: boolean) => queue.setState({ queued: value });

  /** Makes `count` pictures, seed, seed + 1 and so on, one after the other; they go on from the tokens given. */
  async function generate(count = 1, given: readonly number[] = []): Promise<void> {
    const { manifest, model, report, hash } = pack.getState();
    const client = loading.client();
    const wrong = settings.firstError();
    if (!manifest || wrong || jobs.getState().running) return;
    if (model !== 'ready' || !client || !report) {
      wanted = { count, given };
      wait(true);
      if (model === 'failed' || model === 'asking' || model === 'idle') await loading.load();
      return;
    }
    if (inspect.busy()) {
      wanted = { count, given };
      wait(true);
      await inspect.settle();
      return queued() ? goOn() : undefined;
    }
    wait(false);
    const { values, class: index, seed } = settings.getState();
    await decode(Array.from({ length: count }, (_, i) => headerOf({ class: index, seed: seed + i, settings: values!, given }, manifest, hash, report)), client);
  }

  async function decode(headers: readonly RunHeader[], client: InferenceClientApi, follow = true, begun?: (list: readonly Job[]) => void): Promise<boolean> {
    const all = jobs.start(headers, titleOf, client, follow);
    begun?.(jobs.getState().list);
    const result = await all;
    // The worker had to be ended: its files come back from the cache.
    if (result && !result.ok && (result.code === 'stopped' || result.code === 'worker-lost')) await loading.load();
    return result?.ok ?? false;
  }

  /** Makes what was waited for. */
  const goOn = (): Promise<void> => generate(wanted.count, wanted.given);

  /** Makes runs while the one in view stays, once the model is ready; `begun` gets them as they begin. False unless all came to their end. */
  async function makeBeside(wishes: readonly RunWish[], begun: (list: readonly Job[]) => void): Promise<boolean> {
    const { manifest, model } = pack.getState();
    if (!manifest || jobs.getState().running) return false;
    if (model === 'failed' || model === 'asking' || model === 'idle') await loading.load();
    await until(() => pack.getState().model !== 'loading', pack);
    if (inspect.busy()) await inspect.settle();
    const { report, hash, model: now } = pack.getState();
    const client = loading.client();
    if (now !== 'ready' || !client || !report || jobs.getState().running || pack.getState().manifest !== manifest) return false;
    return decode(wishes.map((wish) => headerOf(wish, manifest, hash, report)), client, false, begun);
  }

  /** Ends the runs being decoded, or takes back a Generate that waits for the model. */
  async function stop(): Promise<void> {
    if (queued()) wait(false);
    const client = loading.client();
    if (jobs.getState().running && client) await jobs.stop(client);
  }

  return {
    generate, goOn, makeBeside, stop, queued, wait,
    /** Sets what the next wait is for, without waiting yet. */
    want(given: readonly number[]): void {
      wanted = { count: 1, given };
    },
    /** Ends what is being decoded; resolves once it has ended. */
    async stopped(): Promise<void> {
      await stop();
      await jobs.settled();
    },
  };
}
