import { createStore } from 'zustand/vanilla';
import type { RunHeader, TokenEvent } from '../../engine/log.ts';
import type { Failure, GenerateReport, GenerateRequest, InferenceClientApi, Picture, Result } from '../inference/client.ts';
import { toPainted } from './pictures.ts';
import type { PlaybackStore } from './playback.ts';
import { fromFailure } from './problem.ts';
import { generateWithRecovery, isLoss } from './recovery.ts';
import { createRun, type RunState, type RunStore } from './run.ts';

/** One picture of a batch: asked for, being decoded or ended. It keeps growing while another is in view. */
export interface Job {
  header: RunHeader;
  title: string;
  run: RunStore;
}

export interface JobsState {
  list: readonly Job[];
  running: boolean;
}

export interface JobsDeps {
  /** The run in view. */
  view: RunStore;
  playback: PlaybackStore;
  now: () => number;
  /** A job came into view: at its start, at its end, or because it was picked. */
  shown: (state: RunState) => void;
  /** Gets a model ready again for a run whose worker was lost; false where that cannot be. */
  recover?: (failure: Failure, header: RunHeader) => Promise<boolean>;
  /** Runs of the pack that its graphs take at once. Default 1: one after the other. */
  atOnce?: () => number;
}

export type Jobs = ReturnType<typeof createJobs>;
/** One run needs less memory than several: the same backend is worth another try. */
const alone = (failure: Failure): Failure => (failure.code === 'out-of-memory' ? { ...failure, code: 'worker-lost' } : failure);

const stopped: Failure = { ok: false, code: 'stopped', message: 'The run was stopped.' };

type Client = Pick<InferenceClientApi, 'generate' | 'stop'>;

/** A run that has begun. */
interface Begun {
  job: Job;
  id: number;
  started: number;
  onEvents: (events: TokenEvent[]) => void;
  onPicture: (picture: Picture) => void;
}

const requestOf = ({ class: index, seed, settings, given }: RunHeader): GenerateRequest => ({ class: index, seed, settings, ...(given && { given }) });

/** Runs decoded here, at once where the pack can, else one after the other; each has a log of its own and the view follows one of them. */
export function createJobs({ view, playback, now, shown, recover = async () => false, atOnce = () => 1 }: JobsDeps) {
  const store = createStore<JobsState>(() => ({ list: [], running: false }));
  const ended = new Set<(state: RunState) => void>();
  let cancelled = false;
  let settled: Promise<unknown> = Promise.resolve();
  /** False once the person has picked another run while these are being made. */
  let following = true;
  const inView = (job: Job) => view.getState().header === job.header;

  function bring(job: Job, live: boolean): void {
    view.mirror(job.run);
    playback.restart(live ? 'live' : 'paused');
    if (live) playback.follow();
    else playback.seek(Infinity);
    shown(view.getState());
  }

  async function decodeAll(list: readonly Job[], client: Client): Promise<Result<GenerateReport> | null> {
    let last: Result<GenerateReport> | null = null;
    for (const job of list) {
      if (cancelled) break;
      last = await decode(begin(job, following), client);
      if (!last.ok) break;
    }
    return last;
  }

  function begin(job: Job, show: boolean): Begun {
    const id = job.run.begin(job.header, job.title);
    if (show) bring(job, true);
    const started = now();
    return {
      job, id, started,
      onEvents: (events) => {
        job.run.append(id, events, now() - started);
        if (inView(job)) playback.follow();
      },
      onPicture: (picture) => job.run.paint(id, toPainted(picture)),
    };
  }

  /** All at once. Where the worker is lost on the way, a fresh one goes on from their logs, one after the other. */
  async function decodeTogether(list: readonly Job[], client: Client): Promise<Result<GenerateReport> | null> {
    const begun = list.map((job, i) => begin(job, i === 0));
    const result = await client.generate(
      list.map(({ header }) => requestOf(header)), (image, events) => begun[image]!.onEvents(events), (image, picture) => begun[image]!.onPicture(picture),
    );
    const goOn = !result.ok && isLoss(result) && !cancelled && (await recover(alone(result), list[0]!.header));
    let last: Result<GenerateReport> | null = null;
    for (const [image, one] of begun.entries()) {
      if (result.ok) last = end(one, { ok: true, value: result.value[image]! });
      else if (cancelled) last = end(one, stopped);
      else if (goOn && last?.ok !== false) last = await decode(one, client);
      else last = end(one, last ?? result);
    }
    return last;
  }

  async function decode(begun: Begun, client: Client): Promise<Result<GenerateReport>> {
    const { job: { header, run }, onEvents, onPicture } = begun;
    return end(begun, await generateWithRecovery(requestOf(header), {
      client, events: () => run.getState().events, recover: (failure) => recover(failure, header), cancelled: () => cancelled, onEvents, onPicture,
    }));
  }

  function end({ job, id, started }: Begun, result: Result<GenerateReport>): Result<GenerateReport> {
    const { run } = job;
    if (result.ok) run.end(id, { complete: result.value.complete, digest: result.value.digest, wallMs: result.value.times.total });
    else if (result.code === 'stopped') run.end(id, { complete: false, digest: null, wallMs: now() - started });
    else run.fail(id, fromFailure(result));
    if (inView(job)) {
      playback.settle();
      shown(view.getState());
    }
    for (const tell of ended) tell(run.getState());
    return result;
  }

  return {
    ...store,
    /** Called with every run made here, when it is complete, stopped or failed. */
    onEnd(listener: (state: RunState) => void): () => void {
      ended.add(listener);
      return () => ended.delete(listener);
    },
    /** Decodes them; the first failure or a stop ends the rest. Resolves to the last result. `follow`: they come into view. */
    start(headers: readonly RunHeader[], title: (header: RunHeader) => string, client: Client, follow = true): Promise<Result<GenerateReport> | null> {
      cancelled = false;
      following = follow;
      const list = headers.map((header): Job => ({ header, title: title(header), run: createRun() }));
      store.setState({ list, running: true });
      // Runs beside the one in view are compared by their times: each has the device to itself.
      const together = follow && list.length > 1 && list.length <= atOnce();
      const all = (together ? decodeTogether(list, client) : decodeAll(list, client)).finally(() => store.setState({ running: false }));
      settled = all.catch(() => undefined);
      return all;
    },
    /** Resolves when nothing is being decoded any more. */
    settled: () => settled,
    /** Ends the run being decoded and those that wait. */
    async stop(client: Client): Promise<void> {
      cancelled = true;
      await client.stop();
    },
    /** Brings one that has begun into the main view. */
    show(index: number): void {
      const job = store.getState().list[index];
      if (!job || job.run.getState().phase === 'empty') return;
      const live = job.run.getState().phase === 'running';
      following = live;
      if (!inView(job)) bring(job, live);
    },
    clear(): void {
      if (!store.getState().running) store.setState({ list: [] });
    },
  };
}
