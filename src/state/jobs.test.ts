import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunHeader, TokenEvent } from '../../engine/log.ts';
import type { GenerateReport, GenerateRequest, OnEvents, Result } from '../inference/client.ts';
import { createJobs, waits } from './jobs.ts';
import { createJobsInView } from './jobsInView.ts';
import { createPlayback } from './playback.ts';
import { createRun, isOfOneBackend, isTimedHere, type RunState } from './run.ts';
import { say } from '../../engine/phrase.ts';
import { titleOf } from './runRequest.ts';
import { recordedOf } from './testing/recordedOf.ts';

const TOTAL = 4;
const header = (seed: number) => ({ class: 0, className: 'River', seed, settings: {}, grid: { width: 2, tokens: TOTAL } }) as RunHeader;
const token = (t: number) => ({ t, token: t }) as TokenEvent;
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Decodes on request; remembers what it was asked for. */
function fakeClient() {
  const asked: number[] = [];
  let emit: OnEvents = () => undefined;
  let end!: (result: Result<GenerateReport[]>) => void;
  const report = (tokens: number): Result<GenerateReport[]> => ({ ok: true, value: [{ digest: `d${asked.at(-1)}`, complete: tokens === TOTAL, tokens, times: { total: 9, preview: 0 }, gpuMemory: null }] });
  let sent = 0;
  return {
    asked,
    generate: (requests: GenerateRequest[], onEvents: OnEvents) => {
      expect(requests).toHaveLength(1);
      asked.push(requests[0]!.seed);
      emit = onEvents;
      sent = 0;
      return new Promise<Result<GenerateReport[]>>((resolve) => { end = resolve; });
    },
    stop: vi.fn(async () => end(report(sent))),
    token: (window?: number) => emit(0, [token(sent++)], [], window),
    fail: () => end({ ok: false, code: 'worker-lost', message: say`lost` }),
    async finish() {
      while (sent < TOTAL) this.token();
      end(report(TOTAL));
      await tick();
    },
  };
}

describe('jobs', () => {
  let client: ReturnType<typeof fakeClient>;
  const setup = () => {
    const view = createRun();
    const playback = createPlayback(() => view.getState().count);
    const ends: RunState[] = [];
    const jobs = createJobs({ now: () => 0 });
    const { show } = createJobsInView({ jobs, view: { run: view, playback }, shown: () => undefined });
    jobs.watch({ ended: ({ run }) => ends.push(run.getState()) });
    return { view, playback, jobs, show, ends, start: (...seeds: number[]) => jobs.start(seeds.map(header), client) };
  };
  beforeEach(() => { client = fakeClient(); });

  it('decodes one after the other; the one under way is in view', async () => {
    const { view, playback, jobs, ends, start } = setup();
    const all = start(5, 6);
    client.token();
    expect(view.getState()).toMatchObject({ phase: 'running', title: titleOf(header(5)), count: 1 });
    expect(playback.getState()).toMatchObject({ cursor: 1, mode: 'live' });
    expect(client.asked).toEqual([5]);
    await client.finish();
    expect(view.getState()).toMatchObject({ title: titleOf(header(6)), phase: 'running', count: 0 });
    await client.finish();
    await all;
    expect(jobs.getState().running).toBe(false);
    expect(jobs.getState().list.map(({ run }) => run.getState().phase)).toEqual(['complete', 'complete']);
    expect(ends.map(({ digest }) => digest)).toEqual(['d5', 'd6']);
  });

  it('brings a finished one into view while the next goes on, and back', async () => {
    const { view, playback, show, start } = setup();
    const all = start(5, 6, 7);
    await client.finish();
    show(0);
    expect(view.getState()).toMatchObject({ title: titleOf(header(5)), count: TOTAL });
    client.token();
    client.token();
    expect(view.getState()).toMatchObject({ title: titleOf(header(5)), count: TOTAL });
    expect(playback.getState()).toMatchObject({ cursor: TOTAL, mode: 'paused' });
    show(2);
    expect(view.getState().title).toEqual(titleOf(header(5)));
    show(1);
    expect(view.getState()).toMatchObject({ title: titleOf(header(6)), count: 2, phase: 'running' });
    client.token();
    expect(view.getState().count).toBe(3);
    expect(playback.getState()).toMatchObject({ cursor: 3, mode: 'live' });
    show(0);
    await client.finish();
    expect(view.getState().title).toEqual(titleOf(header(5)));
    await client.finish();
    await all;
    expect(view.getState().title).toEqual(titleOf(header(5)));
  });

  it('stop ends all', async () => {
    const { jobs, ends, start } = setup();
    const all = start(5, 6, 7);
    client.token();
    const turns = () => jobs.getState().list.map(({ run }) => waits(jobs.getState(), run));
    expect(turns()).toEqual([false, true, true]);
    await jobs.stop(client);
    await all;
    await jobs.settled();
    expect(client.asked).toEqual([5]);
    expect(ends).toMatchObject([{ phase: 'stopped', count: 1 }]);
    expect(jobs.getState().list.map(({ run }) => run.getState().phase)).toEqual(['stopped', 'empty', 'empty']);
    expect(turns(), 'nothing more is to come').toEqual([false, false, false]);
  });

  it('a failure ends the rest and keeps what was decoded', async () => {
    const { view, ends, start } = setup();
    const all = start(5, 6);
    client.token();
    client.fail();
    expect(await all).toMatchObject({ ok: false, code: 'worker-lost' });
    expect(view.getState()).toMatchObject({ phase: 'failed', count: 1 });
    expect(ends).toMatchObject([{ phase: 'failed', count: 1 }]);
    expect(client.asked).toEqual([5]);
  });

  it('a run that was opened meanwhile stays in view', async () => {
    const { view, start } = setup();
    const all = start(5);
    client.token();
    view.showRecorded(recordedOf(header(1), [token(0)]));
    client.token();
    await client.finish();
    await all;
    expect(view.getState()).toMatchObject({ title: titleOf(header(1)), count: 1 });
  });

  it('a stop while the model comes back ends the run at once, as far as it came', async () => {
    const client = fakeClient();
    const jobs = createJobs({ now: () => 0, recover: () => new Promise(() => undefined) });
    const all = jobs.start([header(1)], client);
    client.token();
    client.fail();
    await tick();
    await jobs.stop({ ...client, stop: async () => undefined });
    expect(await all).toMatchObject({ ok: false, code: 'stopped' });
    expect(jobs.getState().list[0]!.run.getState()).toMatchObject({ phase: 'stopped', count: 1 });
  });

  it('a run taken up and stopped on the way to where it was has no digest: that is of what was decoded again', async () => {
    const client = fakeClient();
    const jobs = createJobs({ now: () => 0, recover: async () => 'wasm' });
    const all = jobs.start([header(1)], client);
    client.token();
    client.token();
    client.fail();
    await tick();
    await jobs.stop(client);
    await all;
    expect(jobs.getState().list[0]!.run.getState()).toMatchObject({ phase: 'stopped', count: 2, digest: null });
  });

  it('a run taken up has no time by the clock, and says where it went on: its link must not name one backend', async () => {
    const client = fakeClient();
    const jobs = createJobs({ now: () => 0, recover: async () => 'wasm' });
    const all = jobs.start([{ ...header(1), backend: 'webgpu' }], client);
    client.token();
    client.fail();
    await tick();
    const { run } = jobs.getState().list[0]!;
    expect([run.getState().takenUpOn, isOfOneBackend(run.getState())]).toEqual([['wasm'], false]);
    await client.finish();
    await all;
    expect(run.getState()).toMatchObject({ phase: 'complete', wallMs: null, together: 1 });
    expect(isTimedHere(run.getState())).toBe(false);
    expect(isOfOneBackend({ header: header(1), takenUpOn: [] })).toBe(true);
  });

  it.each([[8, 8], [1, null]])('a run taken up with a window of %i after one of 8 has that of %s', async (window, kept) => {
    const client = fakeClient();
    const jobs = createJobs({ now: () => 0, recover: async () => 'wasm' });
    const all = jobs.start([header(1)], client);
    client.token(8);
    client.fail();
    await tick();
    client.token(window);
    await jobs.stop(client);
    await all;
    expect(jobs.getState().list[0]!.run.getState()).toMatchObject({ count: 2, window: kept });
  });

  it('says whether its runs are looked at', async () => {
    const client = fakeClient();
    const jobs = createJobs({ now: () => 0 });
    void jobs.start([header(1)], client, { inView: false });
    expect(jobs.getState().inView).toBe(false);
    await client.finish();
    void jobs.start([header(1)], client);
    expect(jobs.getState().inView).toBe(true);
    await client.finish();
  });
});
