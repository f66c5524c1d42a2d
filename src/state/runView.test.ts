import { describe, expect, it } from 'vitest';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { scoredEvents } from '../../engine/scored.ts';
import type { Run, RunHeader } from '../../engine/log.ts';
import { createPack } from './pack.ts';
import { createPlayback } from './playback.ts';
import { createRun } from './run.ts';
import { createRunView } from './runView.ts';
import { titleOf } from './runRequest.ts';

const m = tinyManifest();
const header = (seed: number) => ({ pack: { name: 'tiny', hash: '' }, variant: 'fp32', backend: 'wasm', class: 0, className: 'x', seed, settings: m.defaults, grid: m.grid }) as RunHeader;
const events = scoredEvents(Array.from({ length: 16 }, (_, i) => i % 12), Array.from({ length: 16 }, (_, i) => (i === 0 ? null : 1)), m.defaults, 4);
const recorded = (seed: number) => ({ run: { header: header(seed), events, digest: 'd', complete: true } as Run, picture: null });

it('one step leads back to the run and cursor that were in view', () => {
  const view = createRunView({ pack: createPack() });
  view.run.showRecorded(recorded(1));
  view.playback.seek(5);
  const back = view.snapshot();
  view.run.showRecorded(recorded(2));
  view.playback.play(false);
  back();
  expect(view.run.getState()).toMatchObject({ title: titleOf(header(1)), origin: 'recorded', count: 16 });
  expect(view.playback.getState()).toMatchObject({ cursor: 5, mode: 'paused' });
});

describe('a run that grew when it was left', () => {
  function growing() {
    const [job, view, elsewhere] = [createRun(), createRunView({ pack: createPack() }), createRun()];
    const id = job.begin(header(1));
    job.append(id, events.slice(0, 2), 1);
    elsewhere.mirror(job);
    view.run.mirror(elsewhere);
    return { job, id, view, elsewhere };
  }
  const end = { complete: true, digest: 'd', wallMs: 3 };

  it('grows on in view after the way back, its cursor at the head', () => {
    const { job, id, view, elsewhere } = growing();
    view.playback.goLive();
    const back = view.snapshot();
    view.run.showRecorded(recorded(2));
    elsewhere.clear();
    job.append(id, events.slice(2, 5), 2);
    back();
    expect(view.run.getState()).toMatchObject({ phase: 'running', count: 5 });
    expect(view.playback.getState()).toMatchObject({ cursor: 5, mode: 'live' });
    job.end(id, end);
    expect(view.run.getState()).toMatchObject({ phase: 'complete', digest: 'd' });
  });

  it('is there whole where it has ended meanwhile', () => {
    const { job, id, view } = growing();
    view.playback.seek(1);
    const back = view.snapshot();
    view.run.showRecorded(recorded(2));
    job.append(id, events.slice(2), 2);
    job.end(id, end);
    back();
    expect(view.run.getState()).toMatchObject({ phase: 'complete', count: 16, header: { seed: 1 } });
    expect(view.playback.getState()).toMatchObject({ cursor: 1, mode: 'paused' });
  });
});

it('takes over a run as another view has it, whole; the other stays as it is', () => {
  const [view, other] = [createRunView({ pack: createPack() }), createRunView({ pack: createPack() })];
  other.run.showRecorded(recorded(3));
  other.playback.seek(2);
  view.restore(other.run.getState());
  expect(view.run.getState().events).toBe(other.run.getState().events);
  expect([view.playback.getState().cursor, other.playback.getState().cursor]).toEqual([16, 2]);
});

it('edits and other rules belong to one view, also where the cursor is shared', () => {
  const runs = [createRun(), createRun()] as const;
  const playback = createPlayback(() => Math.max(...runs.map((run) => run.getState().count)));
  const [a, b] = runs.map((run) => createRunView({ run, playback, pack: createPack() })) as [ReturnType<typeof createRunView>, ReturnType<typeof createRunView>];
  a.run.showRecorded(recorded(1));
  b.run.showRecorded(recorded(1));
  a.whatIf.set('entropyThreshold', 0.5);
  b.edit.put(3, 7);
  expect([a.shown().whatIf, b.shown().whatIf]).toEqual([true, false]);
  expect([a.shown().edited, b.shown().edited]).toEqual([false, true]);
  a.playback.seek(9);
  expect(b.playback.getState().cursor).toBe(9);
});

it('plays, and pauses, with one key', () => {
  const view = createRunView({ pack: createPack() });
  view.run.showRecorded(recorded(1));
  view.togglePlay();
  expect(view.playback.getState().mode).toBe('playing');
  view.togglePlay();
  expect(view.playback.getState().mode).toBe('paused');
  expect(view.growing()).toBe(false);
});
