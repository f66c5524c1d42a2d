import { createHash } from 'node:crypto';
import { beforeEach, expect, it, vi } from 'vitest';
import type { SyntheticPack } from '../../fixtures/synthetic.ts';
import { parseRun } from '../../engine/log.ts';
import { english, say } from '../../engine/phrase.ts';
import { titleOf } from './runRequest.ts';
import { event, studioSite, tick, type FakeClient } from './testing/studioSite.ts';

const site = studioSite();
let pack: SyntheticPack;
let client: FakeClient;
beforeEach(() => {
  ({ pack, client } = site);
});

it('a recorded run that cannot be read is explained once, until another one is shown', async () => {
  const [river] = pack.manifest.recordings;
  const bad = { path: 'recordings/forest.json', bytes: 4, sha256: '0'.repeat(64) };
  pack.files.set(bad.path, Buffer.from('oops'));
  pack.manifest.recordings.push({ ...river!, id: 'other', title: 'Forest, seed 7', class: 1, run: bad });
  pack.files.set('manifest.json', Buffer.from(JSON.stringify(pack.manifest)));
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState().title).toEqual(titleOf({ className: 'River', seed: 7 })));
  studio.chooseClass(1);
  await vi.waitFor(() => expect(studio.notices.has('recording')).toBe(true));
  studio.chooseClass(8);
  await vi.waitFor(() => expect(studio.notices.has('recording')).toBe(false));
});

it('shows the recorded run of the class that is chosen, until a run is made here', async () => {
  const [river] = pack.manifest.recordings;
  const run = parseRun(JSON.parse(pack.files.get(river!.run.path)!.toString()));
  const log = Buffer.from(JSON.stringify({ ...run, header: { ...run.header, class: 1, className: 'Forest' } }));
  const file = { path: 'recordings/forest.json', bytes: log.length, sha256: createHash('sha256').update(log).digest('hex') };
  pack.files.set(file.path, log);
  pack.manifest.recordings.push({ ...river!, id: 'other', title: 'Forest, seed 7', class: 1, run: file });
  pack.files.set('manifest.json', Buffer.from(JSON.stringify(pack.manifest)));
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState().title).toEqual(titleOf({ className: 'River', seed: 7 })));
  studio.chooseClass(1);
  await vi.waitFor(() => expect(studio.view.run.getState().title).toEqual(titleOf({ className: 'Forest', seed: 7 })));
  studio.chooseClass(2); // has none
  await tick();
  expect(studio.view.run.getState().title).toEqual(titleOf({ className: 'Forest', seed: 7 }));
  studio.chooseClass(8);
  client.ready();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
  void studio.generate();
  studio.chooseClass(1);
  await tick();
  expect(studio.view.run.getState()).toMatchObject({ origin: 'generated', phase: 'running', title: titleOf({ className: 'River', seed: 7 }) });
});

it('shows the recorded run before the model is there, whole under reduced motion', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
  expect(studio.view.playback.getState()).toMatchObject({ cursor: 256, mode: 'paused' });
  expect(studio.session.pack.getState().model).toBe('loading');
});

it('makes the run of an address once the model is loaded, and writes the same address back', async () => {
  const hash = '#pack=eurosat&class=Forest&seed=12&eth=4.5';
  const studio = site.made(hash);
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  client.ready();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  expect(client.generate.mock.calls[0]![0][0]).toMatchObject({ class: 1, seed: 12, settings: { ...pack.manifest.defaults, entropyThreshold: 4.5 } });
  expect(site.written).toEqual([hash]);
});

it.each([
  ['#class=Moon&seed=1', 'unknown-class', 'Moon'],
  ['#class=River&seed=x', 'bad-address', 'seed'],
  ['#class=River&eth=abc', 'bad-address', 'E_th'],
  ['#class=River&rr=0&pmax=40', 'bad-setting', '16'],
])('names what is wrong with %s and generates nothing', async (hash, code, words) => {
  const studio = site.made(hash);
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalled());
  client.ready();
  await tick();
  const [notice] = studio.notices.getState().list;
  expect(notice).toMatchObject({ code });
  expect(english(notice!.message)).toContain(words);
  expect(english(notice!.message), 'that nothing came of it').toContain('The image of the link was not generated.');
  expect(client.generate).not.toHaveBeenCalled();
});

it('keeps Generate until the model is loaded, and lets it be taken back', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalled());
  await studio.generate();
  expect(studio.session.queue.getState().queued).toBe(true);
  await studio.session.stop();
  client.ready();
  await tick();
  expect(client.generate).not.toHaveBeenCalled();
});

it('goes on from an edit once the model has looked at it, unless that is taken back', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  await vi.waitFor(() => expect(client.load).toHaveBeenCalled());
  client.ready();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
  const { edit } = studio.view;
  const put = async () => {
    edit.put(5, (studio.view.run.getState().events[5]!.token + 1) % 12);
    await vi.waitFor(() => expect(client.score).toHaveBeenCalled());
    client.score.mockClear();
    return studio.continueFrom(edit.given(), 8, 7);
  };
  const first = put();
  await vi.waitFor(() => expect(studio.session.queue.getState().queued).toBe(true));
  await studio.session.stop();
  client.scored();
  await first;
  expect(client.generate).not.toHaveBeenCalled();
  edit.undo();
  void put();
  await vi.waitFor(() => expect(studio.session.queue.getState().queued).toBe(true));
  expect(client.generate).not.toHaveBeenCalled();
  client.scored();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  expect(client.generate.mock.calls[0]![0][0]).toMatchObject({ given: { length: 6 } });
  expect(studio.view.run.getState()).toMatchObject({ phase: 'running', origin: 'generated' });
});

it('the way back from a continued run is there until another run is in view', async () => {
  const studio = await site.ready();
  const finish = () => client.end({ ok: true, value: { digest: 'd', complete: true, tokens: 256, times: { total: 5, preview: 0 }, gpuMemory: null } });
  const text = () => studio.toast.getState().toast?.text;
  const first = studio.generate();
  finish();
  await first;
  const going = studio.continueFrom([1, 2, 3], 8, 7);
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  expect(text()).toEqual(say`Continuing from token ${3}.`);
  finish();
  await going;
  expect(text()).toEqual(say`Continued from token ${3}.`);
  const other = studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(3));
  expect(text()).toBeUndefined();
  finish();
  await other;
  const left = studio.continueFrom([1, 2, 3], 8, 7);
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(4));
  expect(text()).toEqual(say`Continuing from token ${3}.`);
  const { header, events } = studio.view.run.getState();
  studio.view.run.showRecorded({ run: { header: header!, events, digest: 'd' }, picture: null } as never);
  finish();
  await left;
  expect(text(), 'another run was opened meanwhile').toBeUndefined();
});

it('asked for while the model loads, also by a load that fails first, going on keeps its way back to the edits', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  const { edit } = studio.view;
  edit.put(5, (studio.view.run.getState().events[5]!.token + 1) % 12);
  const { draft } = edit.getState();
  void studio.continueFrom(edit.given(), 8, 7);
  const text = () => studio.toast.getState().toast?.text;
  await vi.waitFor(() => expect(text()).toEqual(say`Continuing from token ${6}.`));
  client.refuse('unreachable');
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('failed'));
  expect(text(), 'held for the next load').toEqual(say`Continuing from token ${6}.`);
  void studio.session.load();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  client.ready();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  expect([text(), edit.getState().draft]).toEqual([say`Continuing from token ${6}.`, null]);
  edit.setBrush(9);
  studio.toast.undo();
  expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 });
  expect(edit.getState()).toMatchObject({ draft, brush: 9 });
});

it('an edit that comes back while the run that went on from it is decoded is scored after that run', async () => {
  const studio = await site.ready();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  const { edit } = studio.view;
  edit.put(5, (studio.view.run.getState().events[5]!.token + 1) % 12);
  await vi.waitFor(() => expect(client.score).toHaveBeenCalledOnce());
  const going = studio.continueFrom(edit.given(), 8, 7);
  await vi.waitFor(() => expect(studio.session.queue.getState().queued).toBe(true));
  client.scored();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.score.mockResolvedValueOnce({ ok: false, code: 'busy', message: say`A picture is being generated. Wait for it, or stop it first.` });
  studio.toast.getState().toast!.undo!();
  await vi.waitFor(() => expect(client.score).toHaveBeenCalledTimes(2));
  await tick();
  expect(edit.getState()).toMatchObject({ draft: { keep: 6 }, entropies: null });
  client.end({ ok: true, value: { digest: 'd', complete: true, tokens: 256, times: { total: 5, preview: 0 }, gpuMemory: null } });
  await going;
  await vi.waitFor(() => expect(client.score).toHaveBeenCalledTimes(3));
  client.scored();
  await vi.waitFor(() => expect(edit.getState().entropies).toHaveLength(256));
});

it('an edit made before the model was there is scored once it is', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  studio.view.edit.put(5, (studio.view.run.getState().events[5]!.token + 1) % 12);
  await tick();
  expect(client.score).not.toHaveBeenCalled();
  client.ready();
  await vi.waitFor(() => expect(client.score).toHaveBeenCalledOnce());
});

it('other rules that the pack cannot generate with leave the settings of the page alone', async () => {
  const studio = await site.ready();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  const { whatIf } = studio.view;
  const before = studio.settings.getState();
  whatIf.set('lengthGate', false);
  whatIf.set('rowReset', false);
  await studio.generateWithThis();
  expect(studio.settings.getState()).toBe(before);
  expect(client.generate).not.toHaveBeenCalled();
  whatIf.set('rowReset', true);
  void studio.generateWithThis();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  expect(client.generate.mock.calls[0]![0][0]).toMatchObject({ settings: { lengthGate: false, rowReset: true } });
});

it('shows a run as it grows, stops it, and keeps what was decoded', async () => {
  const studio = await site.ready();
  const done = studio.generate();
  client.emit([event(0), event(1)]);
  expect(studio.view.playback.getState()).toMatchObject({ cursor: 2, mode: 'live' });
  await studio.session.stop();
  expect(client.api.stop).toHaveBeenCalledOnce();
  client.end({ ok: true, value: { digest: 'd', complete: false, tokens: 2, times: { total: 5, preview: 0 }, gpuMemory: null } });
  await done;
  expect(studio.view.run.getState()).toMatchObject({ phase: 'stopped', count: 2 });
  expect(studio.view.playback.getState().mode).toBe('paused');
});

it('Undo of a continuation that waits for the model takes it back', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  await vi.waitFor(() => expect(site.client.load).toHaveBeenCalledOnce());
  const { edit } = studio.view;
  edit.put(5, (studio.view.run.getState().events[5]!.token + 1) % 12);
  const { draft } = edit.getState();
  void studio.continueFrom(edit.given(), 8, 7);
  await vi.waitFor(() => expect(studio.toast.getState().toast?.undo).toBeTruthy());
  studio.toast.undo();
  expect(edit.getState().draft).toEqual(draft);
  site.client.ready();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
  await tick();
  expect([site.client.generate.mock.calls.length, edit.getState().draft, studio.toast.getState().toast]).toEqual([0, draft, null]);
});

it('a run that is in view while another link cannot be made is not said to match that link', async () => {
  let hash = `#pack=eurosat&class=River&seed=9&check=${'ab'.repeat(6)}.00000000.fp32.wasm.2`;
  const studio = site.create({ hash: () => hash, replaceHash: (text) => { hash = text; } });
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  client.ready();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.emit([event(0), event(1)]);
  client.end({ ok: true, value: { complete: true, tokens: 2, digest: 'ab'.repeat(32), times: { total: 1 } } as never });
  await vi.waitFor(() => expect(studio.address.link.getState().outcome).toMatchObject({ same: true }));
  hash = '#pack=eurosat&class=River&seed=9&g=99';
  await studio.reopen();
  expect(studio.view.run.getState().header).toMatchObject({ seed: 9 });
  expect(studio.address.link.getState().outcome).toBeNull();
});
