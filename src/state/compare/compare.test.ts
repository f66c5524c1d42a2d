import { describe, expect, it, vi } from 'vitest';
import { quote, say } from '../../../engine/phrase.ts';
import { compareSite } from '../testing/compareSite.ts';
import { createCompare, withoutEdit } from './compare.ts';

describe('compare', () => {
  const { opened, requests } = compareSite();

  it('starts with the run of the page, and a preset makes B while the page keeps its run', async () => {
    const { page, compare } = await opened();
    const inView = page.view.run.getState();
    await compare.against('token');
    await vi.waitFor(() => expect(compare.getState().source).toEqual({ a: { kind: 'view' }, b: { kind: 'made', index: 0 } }));
    expect(requests[0]).toMatchObject({ class: 8, seed: 7, settings: { maxPatchLength: 1 } });
    expect(compare.getState().sides.b.run.getState()).toMatchObject({ origin: 'generated', count: 4 });
    expect(page.view.run.getState()).toBe(inView);
    expect(compare.playback.getState().cursor).toBeGreaterThan(0);
  });

  it('a run of a guest ends what the page asks its model, and the page knows that the device is busy', async () => {
    const { page, compare } = await opened();
    const asker = { busy: () => asker.settle.mock.calls.length === 0, settle: vi.fn(async () => undefined) };
    page.session.addAsker(asker);
    const seen: [number, boolean][] = [];
    page.session.beside.subscribe(({ running }) => seen.push([asker.settle.mock.calls.length, running]));
    await compare.discover();
    await compare.againstPack('baseline');
    expect(seen.map((one) => one.join(' '))).toEqual(expect.arrayContaining(['1 true', '1 false']));
    expect(seen.some(([calls, running]) => calls === 0 && running)).toBe(false);
  });

  it('reads packs and the recording that it opens with once, though the view asks for the packs, too', async () => {
    const { page, guests } = await opened();
    const compare = createCompare({ page, base: 'https://studio.test/', guest: () => guests[0]!, readHistory: async () => { throw new Error('gone'); } });
    const inner = fetch;
    const urls: string[] = [];
    vi.stubGlobal('fetch', (url: string) => {
      urls.push(url);
      return inner(url);
    });
    await Promise.all([compare.start(true), compare.discover()]);
    expect(compare.getState().source.b).toMatchObject({ kind: 'recording', pack: 'baseline' });
    expect(urls.filter((url) => /index\.json$|baseline\/manifest\.json$/.test(url))).toHaveLength(2);
    expect(new Set(urls).size).toBe(urls.length);
  });

  it('opens with a recorded run of the same class and seed beside that of the page, or with none', async () => {
    const { page, guests } = await opened();
    const begun = (readHistory = async () => { throw new Error('gone'); }) => createCompare({ page, base: 'https://studio.test/', guest: () => guests[0]!, readHistory });
    const compare = begun();
    await compare.start(true);
    expect(compare.getState().source).toEqual({ a: { kind: 'view' }, b: { kind: 'recording', pack: 'baseline', index: 0 } });
    const [a, b] = (['a', 'b'] as const).map((name) => compare.getState().sides[name].run.getState().header!);
    expect(b).toMatchObject({ pack: { name: 'baseline' }, class: a!.class, seed: a!.seed });
    const chosen = begun();
    await Promise.all([chosen.start(true), chosen.choose('b', { kind: 'recording', pack: 'eurosat', index: 0 })]);
    expect(chosen.getState().source.b, 'what was chosen meanwhile stays').toEqual({ kind: 'recording', pack: 'eurosat', index: 0 });
    page.settings.setSeed('8');
    page.settings.setClass(1);
    void page.generate();
    await vi.waitFor(() => expect(page.view.run.getState().header).toMatchObject({ class: 1, seed: 8 }));
    const alone = begun();
    await alone.start(true);
    expect(alone.getState().source).toEqual({ a: { kind: 'view' }, b: null });
  });

  it('makes recorded runs again here, each with its own pack and settings, so that their times compare', async () => {
    const { page, compare } = await opened();
    const { header } = page.view.run.getState();
    await compare.choose('b', { kind: 'recording', pack: 'eurosat', index: 0 });
    await compare.makeHere(['a', 'b']);
    await vi.waitFor(() => expect(compare.getState().source).toEqual({ a: { kind: 'made', index: 0 }, b: { kind: 'made', index: 1 } }));
    expect(Object.values(compare.getState().sides).map(({ run }) => run.getState().origin)).toEqual(['generated', 'generated']);
    expect(requests[0]).toMatchObject({ class: header!.class, seed: header!.seed, settings: header!.settings });
    expect(page.view.run.getState().origin).toBe('recorded');
  });

  it('shows the run of the page without an edit that waits, and says so; continued from, it is shown as it went on', async () => {
    const { page, compare, client } = await opened();
    const unknown = async () => ({ ok: false, code: 'graph-failed', message: say`No.` } as const);
    Object.assign(client, { paint: unknown, score: unknown });
    const { a } = compare.getState().sides;
    const says = (which: 'a' | 'b') => withoutEdit(compare.getState().source[which], page.view.edit.getState().draft);
    const { token } = a.run.getState().events[3]!;
    expect(says('a')).toBe(false);
    page.view.edit.put(3, token + 1);
    expect(page.view.shown().events[3]!.token).toBe(token + 1);
    expect(a.shown().events[3]!.token).toBe(token);
    await compare.choose('b', { kind: 'recording', pack: 'eurosat', index: 0 });
    expect([says('a'), says('b')]).toEqual([true, false]);
    await page.continueFrom(page.view.edit.given(), 8, 7);
    await vi.waitFor(() => expect(a.run.getState().header?.given).toHaveLength(4));
    expect(says('a')).toBe(false);
  });

  it('has one cursor for both, up to the longer run', async () => {
    const { compare } = await opened();
    await compare.against('static');
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'made', index: 0 }));
    compare.playback.seek(Infinity);
    expect(compare.playback.getState().cursor).toBe(256);
    expect(compare.getState().sides.a.playback).toBe(compare.getState().sides.b.playback);
  });

  it('makes a strip over thresholds with one seed; any of them comes in as B', async () => {
    const { compare } = await opened();
    await compare.thresholds();
    const { sheet } = compare.getState();
    expect(sheet.length).toBeGreaterThanOrEqual(5);
    expect(requests.map(({ settings }) => settings.entropyThreshold)).toEqual(sheet.map(({ threshold }) => threshold));
    expect(new Set(requests.map(({ seed }) => seed))).toEqual(new Set([7]));
    await compare.showTile(2);
    expect(compare.getState().source.b).toEqual({ kind: 'made', index: 2 });
    expect(compare.getState().sides.b.run.getState().events[0]!.token).toBe(3);
  });

  it('swaps, and says what stands in the way of a run that is gone', async () => {
    const { compare } = await opened();
    await compare.againstClass(1);
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'made', index: 0 }));
    const { a, b } = compare.getState().sides;
    a.whatIf.set('entropyThreshold', 1);
    compare.swap();
    expect(compare.getState().sides).toEqual({ a: b, b: a });
    expect(compare.getState().sides.b.whatIf.current()).not.toBeNull();
    expect(compare.getState().source).toEqual({ a: { kind: 'made', index: 0 }, b: { kind: 'view' } });
    expect([compare.getState().sides.a.run.getState().count, compare.getState().sides.b.run.getState().count]).toEqual([4, 256]);
    await compare.choose('a', { kind: 'history', id: 'nope' });
    expect(compare.getState().problem).toMatchObject({ message: quote('gone') });
    expect(compare.getState().source.a).toEqual({ kind: 'made', index: 0 });
    await compare.choose('a', { kind: 'made', index: 9 });
    expect(compare.getState().source.a).toEqual({ kind: 'made', index: 0 });
  });

  it('tries other rules on one side alone', async () => {
    const { compare } = await opened();
    await compare.choose('b', { kind: 'recording', pack: 'eurosat', index: 0 });
    compare.getState().sides.a.whatIf.set('entropyThreshold', 1);
    expect([compare.getState().sides.a.shown().whatIf, compare.getState().sides.b.shown().whatIf]).toEqual([true, false]);
    await compare.makeWithRules(compare.getState().sides.a);
    expect(requests[0]!.settings.entropyThreshold).toBe(1);
  });
});
