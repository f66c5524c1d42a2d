import { describe, expect, it, vi } from 'vitest';
import type { RunHeader, TokenEvent } from '../../engine/log.ts';
import type { GenerateReport, GenerateRequest, Result } from '../inference/client.ts';
import { createJobs, type Recovering } from './jobs.ts';
import { createJobsInView } from './jobsInView.ts';
import { createPlayback } from './playback.ts';
import { createRun, isTimedHere, type RunState } from './run.ts';
import { say } from '../../engine/phrase.ts';
import { titleOf } from './runRequest.ts';

const TOTAL = 4;
const header = (seed: number) => ({ class: 0, className: 'River', seed, settings: {}, grid: { width: 2, tokens: TOTAL } }) as RunHeader;
const token = (t: number) => ({ t, token: t, entropy: null }) as TokenEvent;
const report = (digest: string, tokens = TOTAL) => ({ digest, complete: tokens === TOTAL, tokens, times: { total: 9, preview: 0 } }) as GenerateReport;

/** A client whose batch ends on request. */
function setup(recovers = true) {
  const view = createRun();
  const playback = createPlayback(() => view.getState().count);
  const ends: RunState[] = [];
  const failures: Recovering[] = [];
  const recover = vi.fn(async (of: Recovering) => {
    failures.push(of);
    return recovers ? 'wasm' as const : null;
  });
  const jobs = createJobs({ now: () => 0, recover, atOnce: () => 3 });
  const { show } = createJobsInView({ jobs, view: { run: view, playback }, shown: () => undefined });
  jobs.watch({ ended: ({ run }) => ends.push(run.getState()) });
  const many: number[][] = [];
  const single: GenerateRequest[] = [];
  let emit: (image: number, events: TokenEvent[]) => void = () => undefined;
  let end!: (result: Result<GenerateReport[]>) => void;
  const client = {
    generate: (requests: GenerateRequest[], onEvents: typeof emit): Promise<Result<GenerateReport[]>> => {
      const [request] = requests;
      if (requests.length === 1) {
        single.push(request!);
        for (let t = request!.resume?.length ?? 0; t < TOTAL; t++) onEvents(0, [token(t)]);
        return Promise.resolve({ ok: true, value: [report(`alone ${request!.seed}`)] });
      }
      many.push(requests.map(({ seed }) => seed));
      emit = onEvents;
      return new Promise<Result<GenerateReport[]>>((resolve) => { end = resolve; });
    },
    stop: vi.fn(async () => end({ ok: true, value: many[0]!.map((seed) => report(`d${seed}`, 1)) })),
  };
  return {
    view, jobs, show, ends, failures, many, single, client,
    start: (seeds: number[], inView = true) => jobs.start(seeds.map(header), client, { inView }),
    token: (image: number, t: number) => emit(image, [token(t)]),
    end: (result: Result<GenerateReport[]>) => end(result),
    phases: () => jobs.getState().list.map(({ run }) => run.getState().phase),
    counts: () => jobs.getState().list.map(({ run }) => run.getState().count),
  };
}

describe('runs made at once', () => {
  it('all grow together; the first comes into view, another can be picked', async () => {
    const { view, jobs, show, ends, many, start, token: emit, end, phases, counts } = setup();
    const all = start([5, 6, 7]);
    expect([many, phases()]).toEqual([[[5, 6, 7]], ['running', 'running', 'running']]);
    for (const image of [0, 1, 2]) emit(image, 0);
    emit(1, 1);
    expect(counts()).toEqual([1, 2, 1]);
    expect(view.getState()).toMatchObject({ title: titleOf(header(5)), count: 1 });
    show(1);
    emit(1, 2);
    expect(view.getState()).toMatchObject({ title: titleOf(header(6)), count: 3 });
    end({ ok: true, value: [5, 6, 7].map((seed) => report(`d${seed}`)) });
    expect(await all).toMatchObject({ ok: true });
    expect(ends.map(({ digest, phase }) => [digest, phase])).toEqual([['d5', 'complete'], ['d6', 'complete'], ['d7', 'complete']]);
    expect(jobs.getState().running).toBe(false);
    // A time of three images is that of none.
    expect(ends.map((run) => [run.together, isTimedHere(run)])).toEqual([[3, false], [3, false], [3, false]]);
  });

  it('more than fit, a single one, and runs beside the one in view are made one after the other', async () => {
    for (const [seeds, inView] of [[[1, 2, 3, 4], true], [[1], true], [[1, 2], false]] as const) {
      const { many, single, start } = setup();
      await start([...seeds], inView);
      expect([many, single.map(({ seed }) => seed)]).toEqual([[], seeds]);
    }
  });

  it('stop ends all of them, each with what it has', async () => {
    const { jobs, client, start, token: emit, phases, counts } = setup();
    const all = start([5, 6]);
    emit(0, 0);
    emit(1, 0);
    await jobs.stop(client);
    await all;
    expect([phases(), counts()]).toEqual([['stopped', 'stopped'], [1, 1]]);
  });

  it.each(['worker-lost', 'timeout', 'out-of-memory'] as const)('after "%s" each goes on from its own log, alone', async (code) => {
    const { ends, failures, single, start, token: emit, end, counts } = setup();
    const all = start([5, 6]);
    emit(0, 0);
    emit(0, 1);
    emit(1, 0);
    end({ ok: false, code, message: say`gone` });
    expect(await all).toMatchObject({ ok: true });
    expect(failures).toMatchObject([{ failure: { code }, wasTogether: true }]);
    expect(single.map(({ seed, resume }) => [seed, resume?.length])).toEqual([[5, 2], [6, 1]]);
    expect([counts(), ends.map(({ digest }) => digest)]).toEqual([[4, 4], ['alone 5', 'alone 6']]);
    expect(ends.map((run) => [run.wallMs, run.together, run.takenUpOn, isTimedHere(run)])).toEqual([[null, 2, ['wasm'], false], [null, 2, ['wasm'], false]]);
  });

  it('without a model, or for a failure of their own, all of them fail', async () => {
    for (const [code, recovers] of [['worker-lost', false], ['graph-failed', true]] as const) {
      const { single, start, end, phases } = setup(recovers);
      const all = start([5, 6]);
      end({ ok: false, code, message: say`no` });
      expect(await all).toMatchObject({ ok: false, code });
      expect([single, phases()]).toEqual([[], ['failed', 'failed']]);
    }
  });
});
