import { describe, expect, it } from 'vitest';
import { parseRun, runToJson, type RunHeader, type TokenEvent } from '../../engine/log.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { isOfOneBackend, runOf, createRun, type RunStore } from './run.ts';
import { say } from '../../engine/phrase.ts';

const header = { className: 'River', grid: { width: 2, tokens: 4 } } as RunHeader;
const event = (t: number): TokenEvent => ({
  t, token: t, entropy: t === 0 ? null : 1, opens: ['first'], source: 'sampled', patch: t, logprob: -1, classLogprob: -1, alternatives: [], times: {},
});

describe('run', () => {
  it.each<[string, (run: RunStore, id: number) => void]>([
    ['ended', (run, id) => run.end(id, { complete: true, digest: 'd', wallMs: 30 })],
    ['failed', (run, id) => run.fail(id, { code: 'worker-lost', message: say`gone` })],
  ])('holds the guesses of the last pass while it grows, and none after it %s', (_, end) => {
    const run = createRun();
    const id = run.begin(header);
    run.append(id, [event(0)], 10, [4, 5]);
    expect(run.getState().drafts).toEqual([4, 5]);
    run.append(id, [event(1)], 20, [6]);
    expect(run.getState()).toMatchObject({ drafts: [6], count: 2 });
    end(run, id);
    expect(run.getState()).toMatchObject({ drafts: [], count: 2 });
  });

  describe('kept and opened again', () => {
    const m = tinyManifest();
    const whole = { ...header, pack: { name: 'tiny', hash: '' }, variant: 'fp32', backend: 'webgpu', class: 0, seed: 1, settings: m.defaults, sampler: 'gumbel' } as RunHeader;
    const reopened = (live: RunStore) => {
      const opened = createRun();
      opened.showOpened({ run: parseRun(JSON.parse(runToJson(runOf(whole, live.getState())))), picture: null });
      return opened.getState();
    };

    it('says how many images its times are of, and where it was taken up', () => {
      const live = createRun();
      const id = live.begin(whole, 9);
      live.append(id, [event(0)], 10);
      live.takeUp(id, 'wasm');
      const opened = reopened(live);
      expect(opened).toMatchObject({ origin: 'opened', phase: 'stopped', together: 9, takenUpOn: ['wasm'], count: 1 });
      expect(isOfOneBackend(opened)).toBe(false);
    });

    it.each([
      ['one all along', [8, 8], 8], ['unknown', [undefined, undefined], null], ['another one later', [8, 1], null], ['another one, and the first again', [8, 1, 8], null],
    ])('has the window that it was decoded with: %s', (_, windows, kept) => {
      const live = createRun();
      const id = live.begin(whole);
      live.append(id, [], 5, [4], 32);
      windows.forEach((window, t) => live.append(id, [{ ...event(t), opens: ['second'] }], 10, [], window));
      live.append(id, [], 20, [6], 2);
      expect(live.getState().window).toBe(kept);
      expect(reopened(live).window).toBe(kept);
    });

    it('says nothing of it where it was decoded alone, in one go', () => {
      const live = createRun();
      live.append(live.begin(whole), [event(0)], 10);
      expect(Object.keys(runOf(whole, live.getState()))).toEqual(['format', 'formatVersion', 'header', 'events', 'digest', 'complete']);
      expect(reopened(live)).toMatchObject({ together: 1, takenUpOn: [], window: null });
    });
  });

  it('grows by appending and notifies its subscribers', () => {
    const run = createRun();
    const counts: number[] = [];
    run.subscribe((state) => counts.push(state.count));
    const id = run.begin(header);
    run.append(id, [event(0), event(1)], 10);
    run.append(id, [event(2)], 15);
    run.end(id, { complete: false, digest: null, wallMs: 20 });
    expect(counts).toEqual([0, 2, 3, 3]);
    expect(run.getState()).toMatchObject({ phase: 'stopped', origin: 'generated', wallMs: 20 });
    expect(run.getState().events.map((e) => e.t)).toEqual([0, 1, 2]);
  });

  it('ignores what arrives late from an earlier run', () => {
    const run = createRun();
    const first = run.begin(header);
    const second = run.begin(header);
    run.append(first, [event(0)], 1);
    run.end(first, { complete: true, digest: 'x', wallMs: 1 });
    run.fail(first, { code: 'x', message: say`` });
    expect(run.getState()).toMatchObject({ id: second, count: 0, phase: 'running', problem: null });
  });

  it('keeps the tokens of a run that failed', () => {
    const run = createRun();
    const id = run.begin(header);
    run.append(id, [event(0)], 1);
    run.fail(id, { code: 'worker-lost', message: say`gone` });
    expect(run.getState()).toMatchObject({ phase: 'failed', count: 1, problem: { code: 'worker-lost' } });
  });
});
