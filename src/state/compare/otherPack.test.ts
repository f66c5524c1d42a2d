import { describe, expect, it, vi } from 'vitest';
import { say } from '../../../engine/phrase.ts';
import { compareSite, events } from '../testing/compareSite.ts';
import { heldFetch } from '../testing/heldFetch.ts';

describe('a run of another pack', () => {
  const { opened, packs, requests } = compareSite();

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

  it('gives another pack the tokens that A went on from', async () => {
    const { page, compare } = await opened();
    await compare.discover();
    const seen = page.view.run.getState();
    const given = seen.events.slice(0, 3).map(({ token }) => token);
    page.view.run.restore({ ...seen, header: { ...seen.header!, given } });
    await compare.choose('a', { kind: 'view' });
    await compare.againstPack('baseline');
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'made', index: 0 }));
    expect(requests).toMatchObject([{ class: 8, seed: 7, given }]);
    expect(compare.getState().sides.b.run.getState().header!.given).toEqual(given);
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

  it('loads nothing for a guest that was stopped while its manifest was read', async () => {
    const { page, compare, guests, client } = await opened();
    await compare.discover();
    const { asked, arrive } = heldFetch('/baseline/manifest.json');
    const pressed = compare.againstPack('baseline');
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    await compare.stop();
    await compare.against('token');
    const load = vi.spyOn(client, 'load');
    arrive();
    await pressed;
    expect(load).not.toHaveBeenCalled();
    expect([guests.length, compare.getState().maker === page.session]).toEqual([1, true]);
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
    page.view.run.restore({ ...seen, header: { ...header!, class: packs.pack.manifest.classes.length, className: 'no class' } });
    await compare.choose('a', { kind: 'view' });
    await compare.againstPack('baseline');
    await vi.waitFor(() => expect(requests).toMatchObject([{ class: packs.baseline.manifest.classes.length }]));
    page.view.run.restore({ ...seen, header: { ...header!, className: 'Atlantis' } });
    await compare.choose('a', { kind: 'view' });
    await compare.againstPack('baseline');
    expect(requests).toHaveLength(1);
    expect(compare.getState().problem!.message.values).toEqual(['baseline', 'Atlantis']);
  });
});
