import { beforeEach, expect, it, vi } from 'vitest';
import { say } from '../../engine/phrase.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import type { AttentionRun } from '../../engine/attention.ts';
import type { Settings } from '../../engine/settings.ts';
import { createAttention } from './attention.ts';
import { createPack } from './pack.ts';
import { createRunView } from './runView.ts';
import { event, studioSite, tick, type FakeClient } from './testing/studioSite.ts';

const site = studioSite();
let client: FakeClient;
beforeEach(() => {
  ({ client } = site);
});

it('asked for while the model loads, it waits for that load', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
  const attention = createAttention(studio);
  let turned = false;
  void attention.turn(true).then(() => { turned = true; });
  await Promise.resolve();
  expect([attention.possible(), turned]).toEqual(['no model', false]);
  client.ready();
  await vi.waitFor(() => expect(turned).toBe(true));
  expect(client.load).toHaveBeenCalledOnce();
});

it('asked for without a model, it loads one', async () => {
  const studio = site.made('', true);
  await studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
  const attention = createAttention(studio);
  void attention.turn(true);
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
});

function ready(settings: Partial<Settings> = {}) {
  const m = tinyManifest();
  const pack = createPack();
  pack.setState({ manifest: m, model: 'ready', report: { variant: Object.keys(m.variants)[0]!, packHash: 'h', backend: 'wasm' } as never });
  const view = createRunView({ pack });
  const header = { pack: { name: m.name, hash: 'h' }, class: 0, className: 'A', seed: 1, settings: { ...m.defaults, ...settings }, grid: m.grid } as never;
  view.run.showRecorded({ run: { header, events: [0, 1, 2].map(event), digest: 'd', complete: true }, picture: null } as never);
  let answer!: (result: unknown) => void;
  const attend = vi.fn<(request: AttentionRun) => Promise<unknown>>(() => new Promise((resolve) => { answer = resolve; }));
  const settle = vi.fn<(how: object) => Promise<void>>(async () => undefined);
  const attention = createAttention({ view, session: { pack, client: () => ({ attend }), ask: (_: unknown, question: () => unknown) => question(), load: vi.fn(), modelReady: vi.fn(), settle } } as never);
  return { pack, view, attention, attend, settle, answer: (result: unknown) => answer(result) };
}

it('what else asks the model has its answer first, or ends; asked is about what is in view then', async () => {
  const { view, attention, attend, settle } = ready();
  settle.mockImplementation(async () => { view.whatIf.set('maxPatchLength', 1); });
  void attention.turn(true);
  await vi.waitFor(() => expect(attend).toHaveBeenCalledOnce());
  expect(settle.mock.calls).toEqual([[{ wait: true }]]);
  expect(attend.mock.calls[0]![0].starts).toEqual([0, 1, 2]);
  expect(attention.getState().version).toBe(view.shown().version);
});

it.each(['first', 'last'])('that the pack is changed meanwhile is no failure, its worker ending %s', async (order) => {
  const { pack, attention, attend, answer } = ready();
  void attention.turn(true);
  await vi.waitFor(() => expect(attend).toHaveBeenCalledOnce());
  const end = () => answer({ ok: false, code: 'aborted', message: say`The studio was closed.` });
  const change = () => pack.setState({ manifest: null, model: 'idle', report: null });
  if (order === 'first') {
    end();
    await tick();
  }
  change();
  end();
  await tick();
  expect(attention.getState()).toMatchObject({ phase: 'idle', problem: null });
});

it('cut off by a load of the same pack is computed when the model is back', async () => {
  const { pack, attention, attend, answer } = ready();
  const { report } = pack.getState();
  void attention.turn(true);
  await vi.waitFor(() => expect(attend).toHaveBeenCalledOnce());
  pack.setState({ model: 'loading', report: null });
  answer({ ok: false, code: 'aborted', message: say`Another pack is being loaded.` });
  await tick();
  attention.refresh();
  pack.setState({ model: 'ready', report });
  attention.refresh();
  await tick();
  expect([attend.mock.calls.length, attention.getState().phase]).toEqual([2, 'working']);
});

it.each<[string, Partial<Settings>, number | null]>([
  ['the null class', { guidance: 2 }, tinyManifest().classes.length],
  ['the class that the run was guided away from', { guidance: 2, against: 2 }, 2],
  ['none where guidance is 1, and the class row is shown', { guidance: 1, against: 2 }, null],
])('the second row of guidance is that of %s', async (_, settings, second) => {
  const { attention, attend } = ready(settings);
  expect(attention.secondRow()).toBe(second);
  attention.chooseRow('second');
  await vi.waitFor(() => expect(attend).toHaveBeenCalledOnce());
  expect(attend.mock.calls[0]![0].class).toBe(second ?? 0);
});
