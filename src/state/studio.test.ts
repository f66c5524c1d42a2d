import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseRun, type TokenEvent } from '../../engine/log.ts';
import type { Failure, GenerateReport, GenerateRequest, InferenceClientApi, LoadReport, OnEvents, Result } from '../inference/client.ts';
import { syntheticPack, type SyntheticPack } from '../../e2e/fixtures/synthetic.ts';
import { problem, type Problem } from './problem.ts';
import { createStudio } from './studio.ts';
import { english, say } from '../../engine/phrase.ts';
import { titleOf } from './runRequest.ts';

const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A client whose answers the test gives. */
function fakeClient() {
  let answerLoad!: (result: Result<LoadReport>) => void;
  let answerRun!: (result: Result<GenerateReport[]>) => void;
  let emit: OnEvents = () => undefined;
  const load = vi.fn(() => new Promise<Result<LoadReport>>((resolve) => { answerLoad = resolve; }));
  const generate = vi.fn((_requests: GenerateRequest[], onEvents: OnEvents) => {
    emit = onEvents;
    return new Promise<Result<GenerateReport[]>>((resolve) => { answerRun = resolve; });
  });
  let answerScore!: () => void;
  const score = vi.fn((tokens: number[]) => new Promise<Result<(number | null)[]>>((resolve) => {
    answerScore = () => resolve({ ok: true, value: tokens.map((_, i) => (i === 0 ? null : 3)) });
  }));
  const api = { load, generate, score, stop: vi.fn(async () => undefined), paint: vi.fn(async () => ({ ok: false, code: 'not-loaded', message: say`m` })), dispose: vi.fn() } as unknown as InferenceClientApi;
  return {
    api, load, generate, score,
    scored: () => answerScore(),
    ready: (backend: LoadReport['backend'] = 'wasm') => answerLoad({ ok: true, value: { packHash: 'hash', variant: 'fp32', backend, bytes: { total: 1, fromCache: 1 }, ms: 1 } as LoadReport }),
    refuse: (code: Failure['code']) => answerLoad({ ok: false, code, message: say`${code}: fp32/all.bin.0`, detail: say`Retry.` }),
    emit: (events: TokenEvent[]) => emit(0, events),
    end: (result: Result<GenerateReport>) => answerRun(result.ok ? { ok: true, value: [result.value] } : result),
  };
}

const event = (t: number): TokenEvent => ({
  t, token: t, entropy: t === 0 ? null : 1, opens: t === 0 ? ['first'] : ['second'], source: 'sampled', patch: t, logprob: -1, classLogprob: -1, alternatives: [], times: {},
});

describe('studio', () => {
  let pack: SyntheticPack;
  let client: ReturnType<typeof fakeClient>;
  const written: string[] = [];

  const made = (hash = '', metered = false, spared: Problem | null = null) => createStudio({
    client: () => client.api, base: 'https://studio.test/demo/', hash: () => hash, replaceHash: (text) => written.push(text),
    reducedMotion: () => true, metered: () => metered, ...(spared && { spareGpu: async () => spared }), now: () => 0, reload: () => undefined,
  });

  beforeEach(async () => {
    pack = await syntheticPack();
    client = fakeClient();
    written.length = 0;
    vi.stubGlobal('fetch', async (url: string) => {
      const body = pack.files.get(url.split('/models/eurosat/')[1] ?? '');
      return body ? new Response(new Uint8Array(body)) : new Response('no', { status: 404 });
    });
    vi.stubGlobal('createImageBitmap', async () => ({ width: 64 }));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('a recorded run that cannot be read is explained once, until another one is shown', async () => {
    const [river] = pack.manifest.recordings;
    const bad = { path: 'recordings/forest.json', bytes: 4, sha256: '0'.repeat(64) };
    pack.files.set(bad.path, Buffer.from('oops'));
    pack.manifest.recordings.push({ ...river!, id: 'other', title: 'Forest, seed 7', class: 1, run: bad });
    pack.files.set('manifest.json', Buffer.from(JSON.stringify(pack.manifest)));
    const studio = made();
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
    const studio = made();
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
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(studio.view.run.getState().origin).toBe('recorded'));
    await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
    expect(studio.view.playback.getState()).toMatchObject({ cursor: 256, mode: 'paused' });
    expect(studio.session.pack.getState().model).toBe('loading');
  });

  it('makes the run of an address once the model is loaded, and writes the same address back', async () => {
    const hash = '#pack=eurosat&class=Forest&seed=12&eth=4.5';
    const studio = made(hash);
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
    client.ready();
    await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
    expect(client.generate.mock.calls[0]![0][0]).toMatchObject({ class: 1, seed: 12, settings: { ...pack.manifest.defaults, entropyThreshold: 4.5 } });
    expect(written).toEqual([hash]);
  });

  it.each([
    ['#class=Moon&seed=1', 'unknown-class', 'Moon'],
    ['#class=River&seed=x', 'bad-address', 'seed'],
    ['#class=River&eth=abc', 'bad-address', 'E_th'],
    ['#class=River&rr=0&pmax=40', 'bad-setting', '16'],
  ])('names what is wrong with %s and generates nothing', async (hash, code, words) => {
    const studio = made(hash);
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalled());
    client.ready();
    await tick();
    const [notice] = studio.notices.getState().list;
    expect(notice).toMatchObject({ code });
    expect(english(notice!.message)).toContain(words);
    expect(client.generate).not.toHaveBeenCalled();
  });

  it('keeps Generate until the model is loaded, and lets it be taken back', async () => {
    const studio = made();
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
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(studio.view.run.getState().origin).toBe('recorded'));
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

  it('asks before the download on a metered connection', async () => {
    const studio = made('', true);
    await studio.open();
    expect(studio.session.pack.getState().model).toBe('asking');
    expect(client.load).not.toHaveBeenCalled();
  });

  it('names a failed download, keeps the recorded run, and can try again', async () => {
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
    client.refuse('shard-missing');
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('failed'));
    expect(studio.session.pack.getState().problem).toMatchObject({ code: 'shard-missing', detail: say`Retry.` });
    expect(studio.view.run.getState().count).toBe(256);
    void studio.session.load();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
    client.ready();
    await vi.waitFor(() => expect(studio.session.pack.getState()).toMatchObject({ model: 'ready', problem: null }));
  });

  it('follows a run, stops it, and keeps what was decoded', async () => {
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalled());
    client.ready();
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
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

  it('loads again after the worker was lost, and the run goes on from its log', async () => {
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalled());
    client.ready();
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
    void studio.generate();
    await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
    client.emit([event(0), event(1)]);
    client.end({ ok: false, code: 'worker-lost', message: say`The model stopped.` });
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
    expect(studio.view.run.getState()).toMatchObject({ phase: 'running', count: 2 });
    client.ready();
    await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
    expect(client.generate.mock.calls[1]![0][0]).toMatchObject({ resume: [{ token: 0, entropy: null }, { token: 1, entropy: 1 }] });
    client.emit([event(2)]);
    client.end({ ok: true, value: { digest: 'd', complete: true, tokens: 3, times: { total: 5, preview: 0 }, gpuMemory: null } });
    await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ phase: 'complete', count: 3, digest: 'd' }));
    expect(studio.notices.getState().list.map(({ code }) => code)).toContain('run-resumed');
  });

  it.each(['worker-lost', 'out-of-memory', 'timeout'] as const)('a GPU that fails during load (%s) gives way to the processor, with a notice', async (code) => {
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
    client.refuse(code);
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
    expect((client.load.mock.calls as unknown[][])[1]![0]).toMatchObject({ backend: 'wasm' });
    client.ready();
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
    await vi.waitFor(() => expect(studio.notices.getState().list).toMatchObject([{ code: 'backend-changed' }]));
  });

  it('spares the GPU where it is known to end the page, with a word, until it is chosen', async () => {
    const backends = () => (client.load.mock.calls as unknown[][]).map(([request]) => (request as { backend: string }).backend);
    const codes = () => studio.notices.getState().list.map(({ code }) => code);
    const studio = made('', false, problem('gpu-spared', say`On the processor.`));
    const { pack, load } = studio.session;
    const ready = async (times: number) => {
      await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(times));
      client.ready();
      await vi.waitFor(() => expect(pack.getState().model).toBe('ready'));
    };
    void studio.open();
    await ready(1);
    expect([backends(), pack.getState().choice, codes()]).toEqual([['wasm'], 'auto', ['gpu-spared']]);
    studio.notices.close(studio.notices.getState().list[0]!.id);
    void load();
    await ready(2);
    expect([backends(), codes()], 'reported once').toEqual([['wasm', 'wasm'], []]);
    void load('webgpu');
    await ready(3);
    expect([backends().at(-1), codes()]).toEqual(['webgpu', []]);
  });

  it('a worker that never starts is tried on the processor once, then reported; no notice says that it runs', async () => {
    const studio = made();
    void studio.open();
    for (const times of [1, 2]) {
      await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(times));
      client.refuse('worker-lost');
    }
    await vi.waitFor(() => expect(studio.session.pack.getState()).toMatchObject({ model: 'failed', problem: { code: 'worker-lost' } }));
    await tick();
    expect(client.load).toHaveBeenCalledTimes(2);
    expect(studio.notices.getState().list).toEqual([]);
  });

  it('a GPU lost in a run that cannot be had again: the run goes on from its log on the processor, with a notice', async () => {
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
    client.ready('webgpu');
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
    void studio.generate();
    await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
    client.emit([event(0), event(1)]);
    client.end({ ok: false, code: 'worker-lost', message: say`The GPU was lost.` });
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
    client.refuse('worker-lost');
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(3));
    expect((client.load.mock.calls as unknown[][]).map(([request]) => (request as { backend: string }).backend)).toEqual(['auto', 'webgpu', 'wasm']);
    client.ready('wasm');
    await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
    expect(client.generate.mock.calls[1]![0][0]).toMatchObject({ resume: [{ token: 0 }, { token: 1 }] });
    expect(studio.notices.getState().list).toMatchObject([{ code: 'backend-changed', message: { template: expect.stringContaining('continued where it was, on the processor') } }]);
    client.end({ ok: true, value: { digest: 'd', complete: true, tokens: 2, times: { total: 5, preview: 0 }, gpuMemory: null } });
    await vi.waitFor(() => expect(studio.view.run.getState().phase).toBe('complete'));
  });

  it('a cancelled download waits to be asked for again', async () => {
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
    studio.session.cancelLoad();
    client.refuse('aborted');
    await tick();
    expect(studio.session.pack.getState()).toMatchObject({ model: 'asking', problem: null });
  });

  it('ends the run where no model can be had any more', async () => {
    const studio = made();
    void studio.open();
    await vi.waitFor(() => expect(client.load).toHaveBeenCalled());
    client.ready();
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
    void studio.generate();
    await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
    client.end({ ok: false, code: 'worker-lost', message: say`The model stopped.` });
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
    client.refuse('shard-missing');
    await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ phase: 'failed', problem: { code: 'worker-lost' } }));
  });

  it('says that there is no such pack', async () => {
    const studio = made('#pack=mars');
    await studio.open();
    expect(studio.session.pack.getState()).toMatchObject({ model: 'failed', manifest: null, problem: { code: 'pack-missing' } });
    expect(studio.session.pack.getState().problem!.message.values).toEqual(['mars']);
  });

  it('takes class and seed into another pack that has the class, and makes no run', async () => {
    let hash = '';
    const studio = createStudio({
      client: () => client.api, base: 'https://studio.test/demo/', hash: () => hash, replaceHash: (text) => { hash = text; },
      reducedMotion: () => true, metered: () => false, now: () => 0, reload: () => undefined,
    });
    void studio.open();
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('loading'));
    studio.settings.setClass(1);
    studio.settings.setSeed('99');
    const [first, ...rest] = pack.manifest.classes;
    const other = { ...pack.manifest, name: 'other', title: 'Other', classes: [...rest, first!], recordings: [] };
    vi.stubGlobal('fetch', async (url: string) => (url.endsWith('/models/other/manifest.json') ? Response.json(other) : new Response('no', { status: 404 })));
    studio.address.views.open('inspect');
    void studio.choosePack('other');
    await vi.waitFor(() => expect(studio.session.pack.getState().manifest?.name).toBe('other'));
    expect(studio.address.views.getState().view, 'the view stays').toBe('inspect');
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('loading'));
    expect(studio.settings.getState()).toMatchObject({ class: 0, seed: 99 });
    expect(hash).toBe('#pack=other&view=inspect');
    expect(studio.session.queue.getState().queued).toBe(false);
    expect(client.generate).not.toHaveBeenCalled();
  });

  describe('a pack that is overtaken by another', () => {
    const other = () => ({ ...pack.manifest, name: 'other', title: 'Other', recordings: [] });
    /** Manifests come when the test says so. */
    function slowManifests() {
      const send = new Map<string, () => void>();
      vi.stubGlobal('fetch', (url: string, { signal }: RequestInit) => new Promise((resolve, reject) => {
        const name = url.split('/models/')[1]?.split('/')[0] ?? '';
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
        send.set(name, () => resolve(Response.json(name === 'other' ? other() : pack.manifest)));
      }));
      return send;
    }
    const changing = () => {
      const page = { hash: '' };
      const studio = createStudio({
        client: () => client.api, base: 'https://studio.test/demo/', hash: () => page.hash, replaceHash: (text) => { page.hash = text; },
        reducedMotion: () => true, metered: () => false, now: () => 0, reload: () => undefined,
      });
      return { page, studio };
    };

    it('does not come back when its manifest arrives last', async () => {
      const send = slowManifests();
      const { page, studio } = changing();
      void studio.open();
      await vi.waitFor(() => expect(send.has('eurosat')).toBe(true));
      page.hash = '#pack=other';
      void studio.reopen();
      await vi.waitFor(() => expect(send.has('other')).toBe(true));
      send.get('other')!();
      await vi.waitFor(() => expect(studio.session.pack.getState().manifest?.name).toBe('other'));
      send.get('eurosat')!();
      await tick();
      expect(studio.session.pack.getState()).toMatchObject({ name: 'other', model: 'loading', problem: null, manifest: { name: 'other' } });
      expect(client.load.mock.calls.map(([request]: unknown[]) => (request as { manifest: { name: string } }).manifest.name)).toEqual(['other']);
    });

    it('ends its load without a word, where a dropped one takes its place', async () => {
      const { studio } = changing();
      void studio.open();
      await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
      const first = client.refuse;
      void studio.usePack({ manifest: other(), files: {} });
      void studio.usePack({ manifest: { ...other(), name: 'third' }, files: {} });
      first('aborted');
      await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
      await tick();
      expect(studio.session.pack.getState()).toMatchObject({ name: 'third', model: 'loading', problem: null });
      expect((client.load.mock.calls[1] as unknown[])[0]).toMatchObject({ manifest: { name: 'third' } });
    });
  });
});
