import { createStore } from 'zustand/vanilla';
import { Ending } from '../../engine/ending.ts';
import type { Backend, RunHeader } from '../../engine/log.ts';
import { say } from '../../engine/phrase.ts';
import type { EventsOfImage, Failure, GenerateReport, InferenceClientApi, Picture, Result } from '../inference/client.ts';
import { toPainted } from './pictures.ts';
import { fromFailure } from './problem.ts';
import { generateWithRecovery, isLoss } from './recovery.ts';
import { createRun, type RunStore } from './run.ts';
import { requestOf } from './runRequest.ts';

/** One picture of a batch: asked for, being decoded or ended. It keeps growing while another is in view. */
export interface Job {
  header: RunHeader;
  run: RunStore;
}

export interface JobsState {
  list: readonly Job[];
  /** They are looked at as they grow; false for those made beside the run in view. */
  inView: boolean;
  running: boolean;
  /** The last ones that were looked at as they grew, and whether they were decoded at once or one after the other. */
  sheet: { list: readonly Job[]; together: boolean };
}

export interface Recovering {
  failure: Failure;
  header: RunHeader;
  /** It was one of several at once, and needs less memory alone: the same backend is worth another try. */
  wasTogether: boolean;
  /** Nobody has stopped the run since. */
  wanted: () => boolean;
}

/** The backend that a run goes on with; null where it cannot. */
export type Recover = (of: Recovering) => Promise<Backend | null>;

export interface JobsDeps {
  now: () => number;
  /** Gets a model ready again for a run whose worker was lost. */
  recover?: Recover;
  /** Runs of the pack that its graphs take at once. Default 1: one after the other. */
  atOnce?: () => number;
}

/** A run of the list has its turn still to come; false once a failure or a stop has ended the rest. */
export const waits = ({ list, running }: Pick<JobsState, 'list' | 'running'>, run: RunStore): boolean =>
  running && run.getState().phase === 'empty' && list.some((job) => job.run === run);

/** Called as runs begin, grow and end. */
export interface JobsWatcher {
  /** `lead`: the one to look at, unless another is. */
  begun?: (job: Job, lead: boolean) => void;
  grew?: (job: Job) => void;
  /** Complete, stopped or failed. */
  ended?: (job: Job) => void;
}

export interface StartOptions {
  /** They are looked at as they grow. Default true. */
  inView?: boolean;
}

export type Jobs = ReturnType<typeof createJobs>;
const NO_SHEET: JobsState['sheet'] = { list: [], together: false };

const stopped: Failure = { ok: false, code: 'stopped', message: say`The run was stopped.` };

type Client = Pick<InferenceClientApi, 'generate' | 'stop'>;

/** A run that has begun. */
interface Begun {
  job: Job;
  id: number;
  started: number;
  onEvents: (...made: EventsOfImage) => void;
  onPicture: (picture: Picture) => void;
}

/** Runs decoded here, at once where the pack can, else one after the other; each has a log of its own. */
export function createJobs({ now, recover = async () => null, atOnce = () => 1 }: JobsDeps) {
  const store = createStore<JobsState>(() => ({ list: [], inView: true, running: false, sheet: NO_SHEET }));
  const watchers = new Set<JobsWatcher>();
  let cancelled = false;
  /** Ends when the runs are stopped. */
  let stopping = new Ending<null>();
  let settled: Promise<unknown> = Promise.resolve();

  async function decodeAll(list: readonly Job[], client: Client, inView: boolean): Promise<Result<GenerateReport> | null> {
    let last: Result<GenerateReport> | null = null;
    for (const job of list) {
      if (cancelled) break;
      last = await decode(begin(job, inView, 1), client);
      if (!last.ok) break;
    }
    return last;
  }

  function begin(job: Job, lead: boolean, together: number): Begun {
    const id = job.run.begin(job.header, together);
    for (const { begun } of watchers) begun?.(job, lead);
    const started = now();
    return {
      job, id, started,
      onEvents: (events, drafts, window) => {
        job.run.append(id, events, now() - started, drafts, window);
        for (const { grew } of watchers) grew?.(job);
      },
      onPicture: (picture) => job.run.paint(id, toPainted(picture)),
    };
  }

  /** All at once. Where the worker is lost on the way, a fresh one goes on from their logs, one after the other. */
  async function decodeTogether(list: readonly Job[], client: Client): Promise<Result<GenerateReport> | null> {
    const begun = list.map((job, i) => begin(job, i === 0, list.length));
    const result = await client.generate(
      list.map(({ header }) => requestOf(header)), (image, ...made) => begun[image]!.onEvents(...made), (image, picture) => begun[image]!.onPicture(picture),
    );
    const goOn = !result.ok && isLoss(result) && !cancelled && (await recovered(result, begun));
    let last: Result<GenerateReport> | null = null;
    for (const [image, one] of begun.entries()) {
      if (result.ok) last = end(one, { ok: true, value: result.value[image]! });
      else if (cancelled) last = end(one, stopped);
      else if (goOn && last?.ok !== false) last = await decode(one, client);
      else last = end(one, last ?? result);
    }
    return last;
  }

  /** Whether the runs can go on; a stop does not wait for the model to come back. */
  async function recovered(failure: Failure, begun: readonly Begun[]): Promise<boolean> {
    const mine = stopping;
    const { header } = begun[0]!.job;
    const backend = await mine.race(recover({ failure, header, wasTogether: begun.length > 1, wanted: () => mine === stopping && !cancelled }));
    if (backend) for (const { id, job } of begun) job.run.takeUp(id, backend);
    return backend !== null;
  }

  async function decode(begun: Begun, client: Client): Promise<Result<GenerateReport>> {
    const { job: { header, run }, onEvents, onPicture } = begun;
    return end(begun, await generateWithRecovery(requestOf(header), {
      client, events: () => run.getState().events, recover: (failure) => recovered(failure, [begun]), cancelled: () => cancelled, onEvents, onPicture,
    }));
  }

  function end({ job, id, started }: Begun, result: Result<GenerateReport>): Result<GenerateReport> {
    const { run } = job;
    // One that was taken up and stopped on the way to where it was has another digest than its log.
    if (result.ok) run.end(id, { complete: result.value.complete, digest: result.value.complete || result.value.tokens === run.getState().count ? result.value.digest : null, wallMs: result.value.times.total });
    else if (result.code === 'stopped') run.end(id, { complete: false, digest: null, wallMs: now() - started });
    else run.fail(id, fromFailure(result));
    for (const { ended } of watchers) ended?.(job);
    return result;
  }

  return {
    ...store,
    /** In the order of their coming; returns the way out. */
    watch(watcher: JobsWatcher): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    /** Decodes them; the first failure or a stop ends the rest. Resolves to the last result. */
    start(headers: readonly RunHeader[], client: Client, { inView = true }: StartOptions = {}): Promise<Result<GenerateReport> | null> {
      cancelled = false;
      stopping = new Ending();
      const list = headers.map((header): Job => ({ header, run: createRun() }));
      // Runs beside the one in view are compared by their times: each has the device to itself.
      const together = inView && list.length > 1 && list.length <= atOnce();
      store.setState({ list, inView, running: true, ...(inView && { sheet: { list, together } }) });
      const all = (together ? decodeTogether(list, client) : decodeAll(list, client, inView)).finally(() => store.setState({ running: false }));
      settled = all.catch(() => undefined);
      return all;
    },
    /** Resolves when nothing is being decoded any more. */
    settled: () => settled,
    /** Ends the run being decoded and those that wait. */
    async stop(client: Client): Promise<void> {
      cancelled = true;
      stopping.end(null);
      await client.stop();
    },
    clear(): void {
      if (!store.getState().running) store.setState({ list: [], sheet: NO_SHEET });
    },
  };
}
