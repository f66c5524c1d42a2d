import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenEvent } from '../../../engine/log.ts';
import type { GenerateReport, GenerateRequest, InferenceClientApi, OnEvents, Result } from '../../inference/client.ts';
import { syntheticBaseline, syntheticPack, type SyntheticPack } from '../../../e2e/fixtures/synthetic.ts';
import { createGuest } from '../guest.ts';
import type { PackSession } from '../session.ts';
import { createStudio, type StudioDeps } from '../studio.ts';
import { createCompare, withoutEdit } from './compare.ts';
import { createLinkedSides, linkOfSide } from './linked.ts';
import { say } from '../../../engine/phrase.ts';
import { quote } from '../../../engine/phrase.ts';

const events = (count: number, token: number): TokenEvent[] => Array.from({ length: count }, (_, t) => ({
  t, token, entropy: t ? 1 : null, opens: t % 2 === 0 ? ['first'] : [], source: 'sampled', patch: Math.floor(t / 2), logprob: -1, classLogprob: -1, alternatives: [], times: {},
}));

describe('compare', () => {
  let pack: SyntheticPack;
  let baseline: SyntheticPack;
  let requests: GenerateRequest[];

  beforeEach(async () => {
    pack = await syntheticPack();
    baseline = await syntheticBaseline();
    requests = [];
    vi.stubGlobal('fetch', async (url: string) => {
      if (url.endsWith('/models/index.json')) return Response.json({ packs: [pack, baseline, { manifest: { name: 'gone', title: 'Gone', kind: 'gpt' } }].map(({ manifest: { name, title, kind } }) => ({ name, title, kind, bytes: 1 })) });
      const [, name, path = ''] = /\/models\/([^/]+)\/(.*)$/.exec(url) ?? [];
      const body = [pack, baseline].find(({ manifest }) => manifest.name === name)?.files.get(path);
      return body ? new Response(new Uint8Array(body)) : new Response('no', { status: 404 });
    });
    vi.stubGlobal('createImageBitmap', async () => ({ width: 64 }));
  });
  afterEach(() => vi.unstubAllGlobals());

  async function opened() {
    const client = {
      load: async () => ({ ok: true, value: { packHash: 'hash', variant: 'fp32', backend: 'wasm', bytes: { total: 0, fromCache: 0 }, ms: 0 } }),
      generate: async ([request]: GenerateRequest[], emit: OnEvents): Promise<Result<GenerateReport[]>> => {
        requests.push(request!);
        emit(0, events(4, requests.length));
        return { ok: true, value: [{ complete: true, digest: 'ab', times: { total: 8 } } as unknown as GenerateReport] };
      },
      stop: async () => undefined, paint: vi.fn(), dispose: vi.fn(),
    } as unknown as InferenceClientApi;
    let hash = '';
    const deps: StudioDeps = { client: () => client, base: 'https://studio.test/', hash: () => hash, replaceHash: (text) => { hash = text; }, reducedMotion: () => true, metered: () => false, now: () => 0, reload: () => undefined };
    const page = createStudio(deps);
    const guests: PackSession[] = [];
    const guest = () => {
      guests.push(createGuest(deps, page));
      return guests.at(-1)!;
    };
    await page.open();
    await vi.waitFor(() => expect(page.view.run.getState().count).toBe(256));
    const compare = createCompare({ page, base: 'https://studio.test/', guest, readHistory: async () => { throw new Error('gone'); } });
    await compare.start(false);
    expect(compare.getState().source).toEqual({ a: { kind: 'view' }, b: null });
    return { page, compare, guests, client };
  }

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

  it('makes a run of another pack with a model of its own: the page keeps its pack, its run and its view', async () => {
    const { page, compare, guests, client } = await opened();
    await compare.discover();
    expect(compare.getState().packs.map(({ name }) => name)).toEqual(['baseline']);
    const before = [page.view.run.getState(), page.session.pack.getState()];
    vi.spyOn(client, 'load').mockImplementationOnce(async () => ({ ok: false, code: 'out-of-memory', message: say`The memory of the GPU was not enough.` }));
    await compare.againstPack('baseline');
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'made', index: 0 }));
    expect(requests).toMatchObject([{ class: 8, seed: 7, settings: { maxPatchLength: 1, entropyGate: false, guidance: 2 } }]);
    expect(compare.getState().sides.b.run.getState()).toMatchObject({ origin: 'generated', header: { pack: { name: 'baseline' } } });
    expect(compare.getState().sides.b.pack.getState().manifest?.kind).toBe('gpt');
    expect([page.view.run.getState(), page.session.pack.getState()]).toEqual(before);
    expect(compare.getState().source.a).toEqual({ kind: 'view' });
    expect(page.notices.getState().list.map(({ code }) => code)).toContain('backend-changed');
    await compare.againstPack('baseline');
    expect(guests, 'its model is loaded once').toHaveLength(1);
    await compare.against('token');
    expect(requests.at(-1)!.settings.entropyThreshold).toBe(5.2);
    expect(client.dispose, 'the guest goes when the page has the next run to make').toHaveBeenCalledOnce();
  });

  it('ends the download of another pack\'s model on request, and asks for it again with the next press', async () => {
    const { compare, guests, client } = await opened();
    await compare.discover();
    const load = vi.spyOn(client, 'load').mockImplementationOnce((_request, _progress, signal) => new Promise((resolve) => {
      signal!.addEventListener('abort', () => resolve({ ok: false, code: 'aborted', message: say`Loading was cancelled.` }));
    }));
    const pressed = compare.againstPack('baseline');
    await vi.waitFor(() => expect(guests[0]?.pack.getState().model).toBe('loading'));
    await vi.waitFor(() => expect(load).toHaveBeenCalled());
    await compare.stop();
    await pressed;
    expect(compare.getState()).toMatchObject({ waiting: false, problem: null });
    expect(requests).toEqual([]);
    await compare.againstPack('baseline');
    expect(requests).toHaveLength(1);
  });

  const lost = { ok: false, code: 'worker-lost', message: say`The model stopped unexpectedly.` } as const;

  it('goes on with a run whose worker crashes, its own or that of another pack', async () => {
    const { page, compare, client } = await opened();
    await compare.discover();
    const crash = () => vi.spyOn(client, 'generate').mockImplementationOnce(async (_, emit) => {
      emit(0, events(2, 9));
      return lost;
    });
    for (const ask of [() => compare.against('token'), () => compare.againstPack('baseline')]) {
      crash();
      await ask();
      expect(requests.at(-1)!.resume).toHaveLength(2);
      expect(compare.getState().sides.b.run.getState()).toMatchObject({ phase: 'complete', count: 6 });
      expect(page.notices.getState().list.map(({ code }) => code)).toContain('run-resumed');
    }
    expect(compare.getState().problem).toBeNull();
  });

  it('a stop gives up a run that waits for the model of the page', async () => {
    const { page, compare, client } = await opened();
    let ready: (result: unknown) => void = () => undefined;
    vi.spyOn(client, 'load').mockImplementationOnce(() => new Promise((resolve) => { ready = resolve as typeof ready; }));
    page.session.pack.setState({ model: 'asking' });
    const made = compare.against('token');
    await vi.waitFor(() => expect(page.session.pack.getState().model).toBe('loading'));
    await compare.stop();
    expect(compare.getState().waiting).toBe(false);
    ready({ ok: true, value: { packHash: 'hash', variant: 'fp32', backend: 'wasm', bytes: { total: 0, fromCache: 0 }, ms: 0 } });
    await made;
    expect([requests, compare.getState().source.b]).toEqual([[], null]);
  });

  it('says why a run could not be made where its worker keeps crashing', async () => {
    const { compare, client } = await opened();
    await compare.discover();
    vi.spyOn(client, 'generate').mockImplementation(async () => lost);
    await compare.againstPack('baseline');
    expect(compare.getState()).toMatchObject({ waiting: false, problem: { code: 'worker-lost' } });
    expect(compare.getState().sides.b.run.getState().phase).toBe('failed');
    vi.spyOn(client, 'generate').mockImplementation(async () => ({ ...lost, code: 'graph-failed' }));
    await compare.againstPack('baseline');
    expect(compare.getState().problem, 'a run that fails at once').toMatchObject({ code: 'graph-failed' });
  });

  it('shows recorded runs of another pack; a plain transformer has one way only', async () => {
    const { compare } = await opened();
    await compare.discover();
    await compare.choose('b', { kind: 'recording', pack: 'baseline', index: 0 });
    expect(compare.getState().sides.b.run.getState()).toMatchObject({ origin: 'recorded', header: { pack: { name: 'baseline' } } });
    compare.swap();
    await compare.against('dynamic');
    expect(requests).toEqual([]);
    await compare.againstPack('eurosat');
    expect(requests).toMatchObject([{ class: 8, seed: 7, settings: { maxPatchLength: 4, entropyGate: true } }]);
  });

  it('follows the page to another pack, though it was not open then', async () => {
    const { page, compare } = await opened();
    await compare.choose('b', { kind: 'recording', pack: 'eurosat', index: 0 });
    await page.choosePack('baseline');
    await vi.waitFor(() => expect(page.view.run.getState().header?.pack.name).toBe('baseline'));
    await compare.start(true);
    expect(compare.getState().sides.a.pack.getState().name).toBe('baseline');
    expect(compare.getState().sides.a.run.getState().header!.pack.name).toBe('baseline');
  });

  it('holds a picture without a class against one without a class, and names a class that is not there', async () => {
    const { page, compare } = await opened();
    const { header } = page.view.run.getState();
    await compare.discover();
    const seen = page.view.run.getState();
    page.view.run.restore({ ...seen, header: { ...header!, class: pack.manifest.classes.length, className: 'no class' } });
    await compare.choose('a', { kind: 'view' });
    await compare.againstPack('baseline');
    await vi.waitFor(() => expect(requests).toMatchObject([{ class: baseline.manifest.classes.length }]));
    page.view.run.restore({ ...seen, header: { ...header!, className: 'Atlantis' } });
    await compare.choose('a', { kind: 'view' });
    await compare.againstPack('baseline');
    expect(requests).toHaveLength(1);
    expect(compare.getState().problem!.message.values).toEqual(['baseline', 'Atlantis']);
  });

  it('brings in a run of another pack that an address names', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.set('compare', 1, { b: { pack: 'baseline', class: 'River', seed: 7, settings: {} } });
    linked.restore();
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'recording', pack: 'baseline', index: 0 }));
    expect(linkOfSide(compare, 'b')).toMatchObject({ pack: 'baseline', class: 'River', seed: 7 });
  });

  it('names its second run in the address, and brings in the one that an address names', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.open('compare');
    const end = linked.watch();
    await compare.against('token');
    await vi.waitFor(() => expect(page.address.views.getState().sides.b).toMatchObject({ class: 'River', seed: 7, settings: { maxPatchLength: 1 } }));
    expect(page.address.views.getState().sides.a).toBeUndefined();
    await compare.choose('b', { kind: 'view' });
    expect(page.address.views.getState().sides).toEqual({});
    end();

    page.address.views.set('compare', 1, { b: { class: 'Forest', seed: 3, settings: {}, check: { digest: 'ff'.repeat(6), pack: '0'.repeat(8), variant: 'fp32', backend: 'wasm', version: 2 } } });
    expect(linked.restore()).toBe(true);
    await vi.waitFor(() => expect(requests.at(-1)).toMatchObject({ class: 1, seed: 3 }));
    await vi.waitFor(() => expect(compare.getState().problem).toMatchObject({ code: 'link-differs' }));
    expect([linked.same('a'), linked.same('b')]).toEqual([null, false]);
    const made = requests.length;
    expect(linked.restore()).toBe(true);
    expect(requests).toHaveLength(made);
  });

  it('swapped, the address names A alone; opened elsewhere, B is the run in view again', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.open('compare');
    const end = linked.watch();
    await compare.against('token');
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'made', index: 0 }));
    compare.swap();
    const { sides } = page.address.views.getState();
    expect(sides).toEqual({ a: expect.objectContaining({ class: 'River', seed: 7, settings: { maxPatchLength: 1 } }) });
    end();

    const elsewhere = (await opened()).page;
    const again = createCompare({ page: elsewhere, base: 'https://studio.test/', guest: () => { throw new Error('no guest'); }, readHistory: async () => { throw new Error('gone'); } });
    elsewhere.address.views.set('compare', 1, sides);
    const there = createLinkedSides(again, elsewhere);
    there.watch();
    await again.start(!there.restore());
    await vi.waitFor(() => expect(again.getState().source).toEqual({ a: { kind: 'made', index: 0 }, b: { kind: 'view' } }));
    expect(again.getState().sides.a.run.getState().header!.settings.maxPatchLength).toBe(1);
    expect(again.getState().sides.b.run.getState().header).toBe(elsewhere.view.run.getState().header);
    expect(elsewhere.address.views.getState().sides).toEqual(sides);
  });

  it('shows a recorded run that an address names, and says what it cannot make', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.set('compare', 1, { b: { class: 'River', seed: 7, settings: {} } });
    linked.watch();
    expect(page.address.views.getState().sides.b, 'what is still to come stays in the address').toBeDefined();
    linked.restore();
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'recording', pack: 'eurosat', index: 0 }));
    expect(requests).toEqual([]);
    page.address.views.set('compare', 1, { b: { class: 'Atlantis', seed: 7, settings: {} } });
    linked.restore();
    await vi.waitFor(() => expect(compare.getState().problem).toMatchObject({ code: 'unknown-class' }));
  });

  it('a run chosen as B while the recorded one alike is looked for stays', async () => {
    const { page } = await opened();
    let release!: (run: never) => void;
    const history = new Promise<never>((resolve) => { release = resolve; });
    const compare = createCompare({ page, base: 'https://studio.test/', guest: () => { throw new Error('no'); }, readHistory: () => history });
    const started = compare.start(true);
    while (!compare.getState().source.a) await Promise.resolve();
    const chosen = compare.choose('b', { kind: 'history', id: 'mine' });
    await started;
    const { header, events: log, digest } = page.view.run.getState();
    release({ run: { header, events: log, digest, complete: true }, picture: null } as never);
    await chosen;
    expect(compare.getState().source.b).toEqual({ kind: 'history', id: 'mine' });
  });

  it('a run chosen as A while the page goes on to another run stays', async () => {
    const { page } = await opened();
    let release!: (run: never) => void;
    const history = new Promise<never>((resolve) => { release = resolve; });
    const compare = createCompare({ page, base: 'https://studio.test/', guest: () => { throw new Error('no'); }, readHistory: () => history });
    await compare.start(false);
    compare.watchPage();
    const { header, events: log, digest } = page.view.run.getState();
    const chosen = compare.choose('a', { kind: 'history', id: 'mine' });
    await page.generate();
    release({ run: { header, events: log, digest, complete: true }, picture: null } as never);
    await chosen;
    expect(compare.getState().source.a).toEqual({ kind: 'history', id: 'mine' });
  });
});
