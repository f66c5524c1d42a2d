import { OTHER_SEEDS } from './linkDifference.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { syntheticPack, type SyntheticPack } from '../../fixtures/synthetic.ts';
import { parseRun, type Run } from '../../engine/log.ts';
import { english, say } from '../../engine/phrase.ts';
import { readCarried } from '../share/carry.ts';
import { toProblem, type Problem } from './problem.ts';
import { createStudio } from './studio.ts';
import { titleOf } from './runRequest.ts';
import { heldFetch } from './testing/heldFetch.ts';
import type { Visit, Way } from './visits.ts';

describe('opening a run', () => {
  let pack: SyntheticPack;
  let run: Run;
  let hash = '';

  const opened = async (visit?: Visit) => {
    const studio = createStudio({
      client: () => { throw new Error('no model is needed'); }, base: 'https://studio.test/demo/', hash: () => hash, replaceHash: (text) => { hash = text; }, visit,
      reducedMotion: () => true, metered: () => true, now: () => 0, reload: () => undefined,
    });
    await studio.open();
    await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
    return studio;
  };
  const other = (header: object = {}): Run => ({ ...run, header: { ...run.header, class: 1, className: 'Forest', seed: 99, ...header } });
  const show = (studio: Awaited<ReturnType<typeof opened>>, it: Run) => studio.show({ run: it, picture: null });

  beforeEach(async () => {
    hash = '';
    pack = await syntheticPack();
    run = parseRun(JSON.parse(pack.files.get('recordings/river-7.json')!.toString()));
    vi.stubGlobal('fetch', async (url: string) => {
      const [, name, path] = /\/models\/([^/]+)\/(.*)/.exec(url)!;
      const body = pack.files.get(path!);
      if (!body || (name !== 'eurosat' && name !== 'second')) return new Response('no', { status: 404 });
      return new Response(path === 'manifest.json' ? JSON.stringify({ ...pack.manifest, name }) : new Uint8Array(body));
    });
    vi.stubGlobal('createImageBitmap', async () => ({ width: 64 }));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('shows it with its settings and address, and one step leads back', async () => {
    const studio = await opened();
    await show(studio, other({ settings: { ...run.header.settings, guidance: 3 } }));
    expect(studio.view.run.getState()).toMatchObject({ origin: 'opened', phase: 'complete', title: titleOf({ className: 'Forest', seed: 99 }), count: 256 });
    expect(studio.settings.getState()).toMatchObject({ class: 1, seed: 99, values: { guidance: 3 } });
    expect(studio.view.playback.getState()).toMatchObject({ cursor: 256, mode: 'paused' });
    expect(hash).toMatch(new RegExp(`^#pack=eurosat&class=Forest&seed=99&g=3&check=${run.digest.slice(0, 12)}\\.`));
    expect(studio.toast.getState().toast?.text).toEqual(say`Opened ${titleOf({ className: 'Forest', seed: 99 })}.`);
    studio.toast.undo();
    await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', title: titleOf({ className: 'River', seed: 7 }) }));
    await vi.waitFor(() => expect(studio.settings.getState().values!.guidance).toBe(pack.manifest.defaults.guidance));
    expect(hash).toBe('');
  });

  it('a pack that is chosen while the one of the run comes holds; the run is given up', async () => {
    hash = '#pack=eurosat';
    const studio = await opened();
    const inner = fetch;
    let asked = 0;
    let release!: () => void;
    const held = new Promise<void>((resolve) => { release = resolve; });
    vi.stubGlobal('fetch', async (url: string) => {
      if (url.endsWith('/models/second/manifest.json') && ++asked > 1) await held;
      return inner(url);
    });
    const showing = show(studio, other({ pack: { name: 'second', hash: '' } }));
    await vi.waitFor(() => expect(asked).toBe(2));
    void studio.choosePack('eurosat');
    await showing;
    release();
    await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
    expect([studio.session.pack.getState().name, studio.view.run.getState().header!.pack.name, studio.toast.getState().toast]).toEqual(['eurosat', 'eurosat', null]);
    expect(hash).toBe('#pack=eurosat');
  });

  it.each<[string, (studio: Awaited<ReturnType<typeof opened>>) => unknown, number]>([
    ['another run that was opened', (studio) => show(studio, other({ seed: 22 })), 22],
    ['another run that was still being read', (studio) => studio.show(Promise.resolve({ run: other({ seed: 22 }), picture: null })), 22],
    ['a run that was asked for', (studio) => studio.generate(), 7],
    ['the way back', (studio) => studio.toast.undo(), 7],
  ])('a run whose pack is slow to come is given up for %s', async (_, next, seed) => {
    const studio = await opened();
    await show(studio, other({ seed: 11 }));
    studio.settings.setSeed('7');
    const { asked, arrive } = heldFetch('/second/');
    const slow = show(studio, other({ seed: 33, pack: { name: 'second', hash: '' } }));
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    const after = next(studio);
    arrive();
    await slow;
    if (after && seed === 22) await after;
    await vi.waitFor(() => expect([studio.settings.getState().seed, studio.session.pack.getState().name]).toEqual([seed, 'eurosat']));
    expect(studio.view.run.getState().header!.seed).not.toBe(33);
    expect(hash).not.toContain('second');
  });

  it('shows the stored tokens of a run of version 1, and says that its seed gives another picture now', async () => {
    const studio = await opened();
    const { sampler, ...first } = other().header;
    expect(sampler).toBe('gumbel');
    await show(studio, { ...other(), formatVersion: 1, header: first });
    expect(studio.view.run.getState()).toMatchObject({ phase: 'complete', digest: run.digest, count: 256 });
    expect(studio.notices.getState().list).toMatchObject([{ code: 'run-older', detail: OTHER_SEEDS }]);
  });

  it('opens the file of a picture of no class, saved by an earlier studio', async () => {
    const file = readFileSync(join(import.meta.dirname, '../../fixtures/no-class.run.json'));
    const carried = readCarried(new Uint8Array(file), 'eurosat-no-class-0.run.json');
    if (carried.kind !== 'run') throw new Error(carried.kind);
    const studio = await opened();
    studio.settings.setClass(3);
    await studio.show({ run: carried.run, picture: null });
    expect(studio.view.run.getState()).toMatchObject({ origin: 'opened', phase: 'complete', count: 256, header: { class: 10, className: 'no class' } });
    expect(hash).toContain('class=10');
    expect(studio.settings.getState().class, 'the next run has a class').toBe(3);
    studio.settings.setClass(10);
    await studio.show({ run: carried.run, picture: null });
    expect(studio.settings.getState().class).toBe(0);
  });

  it('Back takes it back where nothing else did, Forward opens it again, and Back leaves a run made since alone', async () => {
    const ways: Way[] = [];
    const studio = await opened((_from, to, way) => {
      hash = to;
      if (way) ways.push(way);
    });
    await show(studio, other());
    for (const again of [true, false]) {
      ways[0]!.undo();
      await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
      if (!again) continue;
      ways[0]!.redo();
      await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'opened' }));
      await vi.waitFor(() => expect(studio.toast.getState().toast).not.toBeNull());
    }
    await show(studio, other());
    studio.view.run.showRecorded({ run: { ...run, header: { ...run.header, seed: 3 } }, picture: null });
    studio.settings.setSeed('55');
    ways[1]!.undo();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([studio.view.run.getState().header!.seed, studio.settings.getState().seed, studio.toast.getState().toast]).toEqual([3, 55, null]);
  });

  it('the way back from a run of another pack leads to what was in view, and makes nothing', async () => {
    const studio = await opened();
    const stopped = { ...other(), events: run.events.slice(0, 9), complete: false };
    await show(studio, stopped);
    studio.address.views.open('inspect');
    const before = hash;
    await show(studio, other({ pack: { name: 'second', hash: '' } }));
    studio.toast.undo();
    await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ phase: 'stopped', origin: 'opened', count: 9 }));
    expect(studio.session.pack.getState().manifest!.name).toBe('eurosat');
    expect([studio.session.queue.getState().queued, hash, studio.address.views.getState().view]).toEqual([false, before, 'inspect']);
  });

  it('the way back leads to a pack from a folder, too, and its own run needs no pack beside the page', async () => {
    const studio = await opened();
    const mine = { ...pack.manifest, name: 'mine', recordings: [] };
    void studio.usePack({ manifest: mine, files: {} });
    await vi.waitFor(() => expect(studio.session.pack.getState().manifest).toBe(mine));
    const { manifestUrl, hash: hashOf } = studio.session.pack.getState();
    const own = other({ pack: { name: 'mine', hash: hashOf! } });
    await show(studio, own);
    await studio.makeAgain(own.header, own.digest);
    studio.toast.undo();
    await show(studio, other({ pack: { name: 'second', hash: '' } }));
    expect(studio.session.pack.getState().name).toBe('second');
    studio.toast.undo();
    await vi.waitFor(() => expect(studio.view.run.getState().header!.pack.name).toBe('mine'));
    expect(studio.session.pack.getState()).toMatchObject({ name: 'mine', manifest: mine, manifestUrl, hash: hashOf });
  });

  it('marks one that was stopped', async () => {
    const studio = await opened();
    await show(studio, { ...other(), events: run.events.slice(0, 9), complete: false });
    expect(studio.view.run.getState()).toMatchObject({ phase: 'stopped', count: 9 });
    expect(hash).not.toContain('check=');
  });

  it('goes to the run\'s own pack', async () => {
    const studio = await opened();
    await show(studio, other({ pack: { name: 'second', hash: '' } }));
    expect(studio.session.pack.getState().manifest!.name).toBe('second');
    expect(studio.view.run.getState()).toMatchObject({ origin: 'opened', title: titleOf({ className: 'Forest', seed: 99 }) });
    expect(studio.notices.getState().list).toMatchObject([{ source: 'opened', code: 'pack-differs' }]);
  });

  it.each([
    ['of a pack that is not here', { pack: { name: 'mars', hash: '' } }, /^This run needs the pack mars\.$/],
    ['of a pack whose name is none', { pack: { name: '../../etc', hash: '' } }, /not the name of a pack/],
    ['of another grid', { grid: { width: 8, tokens: 64 } }, /its grid has 64 tokens in rows of 8/],
    ['of a class there is not', { class: 11 }, /class 11/],
  ])('refuses a run %s and changes nothing', async (_, header, words) => {
    const studio = await opened();
    const before = [studio.view.run.getState(), studio.settings.getState(), studio.session.pack.getState(), hash];
    await expect(show(studio, other(header))).rejects.toThrow(words);
    expect([studio.view.run.getState(), studio.settings.getState(), studio.session.pack.getState(), hash]).toEqual(before);
  });

  it('says what to do for a pack that is not here, and speaks of no address, as none was typed', async () => {
    const studio = await opened();
    for (const name of ['mars', '../../etc']) {
      const error = await show(studio, other({ pack: { name, hash: '' } })).catch(toProblem);
      expect(error).toMatchObject({ code: 'pack-missing' });
      expect(english((error as Problem).detail!)).toMatch(name === 'mars' ? /^Load it in the pack menu, then open the run again\.$/ : /^(?!.*address)/);
    }
    await expect(studio.makeAgain({ ...run.header, pack: { name: 'mars', hash: '' } }, run.digest)).rejects.toThrow('This run needs the pack mars.');
  });

  it('refuses codes that the pack does not have', async () => {
    const studio = await opened();
    const events = run.events.map((event) => (event.t === 3 ? { ...event, token: 1024 } : event));
    await expect(show(studio, { ...other(), events })).rejects.toThrow(/token 3 is code 1024, the pack has 1024 codes/);
  });
});
