import { describe, expect, it, vi } from 'vitest';
import { decodeOne } from '../../../engine/decode.ts';
import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import { FakeGraphs, tinyManifest } from '../../../engine/testing/manifest.ts';
import { createRun } from '../run.ts';
import { createEdit } from './edit.ts';
import { createShown } from './shown.ts';
import { createWhatIf } from './whatIf.ts';
import { recordedOf } from '../testing/recordedOf.ts';

const m = tinyManifest();
const header: RunHeader = { pack: { name: 'tiny', hash: '' }, variant: 'fp32', backend: 'cpu', class: 1, className: 'x', seed: 7, settings: m.defaults, grid: m.grid };

async function setup() {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(new FakeGraphs((i) => (i * 7) % 4), m, { class: 1, seed: 7, settings: m.defaults })) events.push(event);
  const run = createRun();
  const show = () => run.showRecorded(recordedOf(header, events));
  show();
  const paint = vi.fn(async () => null);
  const score = vi.fn(async (tokens: number[]) => tokens.map((_, i) => (i === 0 ? null : 3)));
  const whatIf = createWhatIf(run);
  const edit = createEdit(run, { paint, score });
  return { run, show, events, whatIf, edit, paint, score, shown: createShown({ run, whatIf, edit }) };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('what-if rules', () => {
  it('redraw boundaries and never touch the log', async () => {
    const { run, whatIf, shown, events } = await setup();
    const before = structuredClone(run.getState().events);
    expect(shown().events).toBe(events);
    whatIf.set('maxPatchLength', 1);
    expect(shown()).toMatchObject({ whatIf: true, rules: { maxPatchLength: 1 } });
    expect(shown().events.every((event) => event.opens.length > 0)).toBe(true);
    expect(shown().decoded).toBe(events);
    expect(run.getState().events).toEqual(before);
    expect(shown()).toBe(shown());
  });

  it('end with the decoded rules, with a click, and with another run', async () => {
    const { whatIf, shown, show } = await setup();
    whatIf.set('entropyThreshold', 0.2);
    whatIf.set('entropyThreshold', m.defaults.entropyThreshold);
    expect(whatIf.getState().rules).toBeNull();
    whatIf.set('rowReset', false);
    whatIf.clear();
    expect(shown().whatIf).toBe(false);
    whatIf.set('rowReset', false);
    show();
    expect(whatIf.getState().rules).toBeNull();
  });

  it('give static patches a length, and wait for the run to end', async () => {
    const { run, whatIf, shown } = await setup();
    for (const key of ['entropyGate', 'lengthGate', 'rowReset'] as const) whatIf.set(key, false);
    expect(shown().events.filter((event) => event.opens.length > 0)).toHaveLength(8);
    run.begin(header);
    whatIf.set('rowReset', false);
    expect([whatIf.available(), whatIf.getState().rules]).toEqual([false, null]);
  });
});

describe('edits', () => {
  it('put a token: it and all before are kept, what follows is scored anew', async () => {
    const { edit, shown, score, events } = await setup();
    edit.put(5, (events[5]!.token + 1) % 12);
    expect([edit.getState().draft!.keep, shown().known]).toEqual([6, 6]);
    expect(shown().events.slice(6).every((event) => event.entropy === null)).toBe(true);
    await settled();
    expect(score).toHaveBeenCalledOnce();
    expect(shown().known).toBe(16);
    expect(shown().events.slice(6).every((event) => event.entropy === 3)).toBe(true);
    expect(shown().events[5]).toMatchObject({ source: 'given', entropy: events[5]!.entropy });
    expect(edit.given()).toHaveLength(6);
    edit.put(2, (events[2]!.token + 1) % 12);
    expect([edit.getState().draft!.keep, edit.changed()]).toEqual([6, [2, 5]]);
  });

  it('are undone and done again one by one', async () => {
    const { edit, shown, events } = await setup();
    edit.put(5, (events[5]!.token + 1) % 12);
    const first = edit.getState().draft;
    edit.eraseFrom(3);
    expect(edit.getState().draft).toEqual({ tokens: events.map((event) => event.token), keep: 3 });
    edit.undo();
    expect(edit.getState().draft).toBe(first);
    edit.undo();
    expect(shown()).toMatchObject({ edited: false });
    expect(shown().events).toBe(events);
    edit.redo();
    edit.redo();
    expect(edit.given()).toEqual(events.slice(0, 3).map((event) => event.token));
    edit.discard();
    expect(edit.getState().draft).toBeNull();
    edit.undo();
    expect(edit.getState().draft!.keep).toBe(3);
  });

  it('belong to their run', async () => {
    const { edit, show, events } = await setup();
    edit.setBrush(4);
    edit.put(1, (events[1]!.token + 1) % 12);
    show();
    expect(edit.getState()).toMatchObject({ draft: null, past: [], brush: 4 });
  });

  it('ignore cells that are not there and tokens that are there already', async () => {
    const { edit, events } = await setup();
    edit.put(3, events[3]!.token);
    edit.put(16, 1);
    edit.eraseFrom(-1);
    expect(edit.getState().past).toEqual([]);
  });

  it('ask the model about the newest draft only, one question at a time', async () => {
    const { edit, score } = await setup();
    for (let cell = 0; cell < 6; cell++) edit.put(cell, 11 - cell);
    await settled();
    await settled();
    expect(score.mock.calls.length).toBeLessThanOrEqual(2);
    expect(score.mock.calls.at(-1)![0].slice(0, 6)).toEqual([11, 10, 9, 8, 7, 6]);
    expect(edit.getState().entropies).not.toBeNull();
  });

  it('are scored once they are back, or once the model is there, where they had no answer', async () => {
    const { edit, show, score, events } = await setup();
    score.mockResolvedValueOnce(null as never);
    edit.put(5, (events[5]!.token + 1) % 12);
    const unscored = edit.getState();
    await settled();
    expect(edit.getState().entropies).toBeNull();
    show();
    edit.restore(unscored);
    await settled();
    expect(edit.getState().entropies).toHaveLength(16);
    edit.ask();
    expect(score, 'nothing is left to ask').toHaveBeenCalledTimes(2);
    show();
    score.mockResolvedValueOnce(null as never);
    edit.restore(unscored);
    await settled();
    edit.ask();
    await settled();
    expect(edit.getState().entropies).toHaveLength(16);
  });
});
