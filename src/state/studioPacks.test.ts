import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SyntheticPack } from '../../fixtures/synthetic.ts';
import type { Run } from '../../engine/log.ts';
import { english } from '../../engine/phrase.ts';
import { sha256 } from '../../engine/sha256.ts';
import { packTokens } from '../../engine/token-text.ts';
import { studioSite, tick, type FakeClient } from './testing/studioSite.ts';

const site = studioSite();
let pack: SyntheticPack;
let client: FakeClient;
beforeEach(() => {
  ({ pack, client } = site);
});

it('says that there is no such pack', async () => {
  const studio = site.made('#pack=mars');
  await studio.open();
  expect(studio.session.pack.getState()).toMatchObject({ model: 'failed', manifest: null, problem: { code: 'pack-missing' } });
  expect(studio.session.pack.getState().problem!.message.values).toEqual(['mars']);
});

/** A page, and its address as it changes. */
function changing() {
  const page = { hash: '' };
  const studio = site.create({ hash: () => page.hash, replaceHash: (text) => { page.hash = text; } });
  return { page, studio };
}
/** The same, its pack on its way. */
async function loading() {
  const { page, studio } = changing();
  void studio.open();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('loading'));
  return { page, studio };
}
const serveOther = (other: SyntheticPack['manifest']) =>
  vi.stubGlobal('fetch', async (url: string) => (url.endsWith('/models/other/manifest.json') ? Response.json(other) : new Response('no', { status: 404 })));

it('takes class and seed into another pack that has the class, and makes no run', async () => {
  const { page, studio } = await loading();
  studio.settings.setClass(1);
  studio.settings.setSeed('99');
  const [first, ...rest] = pack.manifest.classes;
  const other = { ...pack.manifest, name: 'other', title: 'Other', classes: [...rest, first!], recordings: [] };
  serveOther(other);
  studio.address.views.open('inspect');
  void studio.choosePack('other');
  await vi.waitFor(() => expect(studio.session.pack.getState().manifest?.name).toBe('other'));
  expect(studio.address.views.getState().view, 'the view stays').toBe('inspect');
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('loading'));
  expect(studio.settings.getState()).toMatchObject({ class: 0, seed: 99 });
  expect(page.hash).toBe('#pack=other&view=inspect');
  expect(studio.session.queue.getState().queued).toBe(false);
  expect(client.generate).not.toHaveBeenCalled();
});

it('class and seed outlast a pack that cannot be read', async () => {
  const { studio } = await loading();
  studio.settings.setClass(1);
  studio.settings.setSeed('99');
  void studio.choosePack('mars');
  await vi.waitFor(() => expect(studio.session.pack.getState()).toMatchObject({ manifest: null, model: 'failed' }));
  void studio.choosePack(pack.manifest.name);
  await vi.waitFor(() => expect(studio.session.pack.getState().manifest).not.toBeNull());
  expect(studio.settings.getState()).toMatchObject({ class: 1, seed: 99 });
});

describe('a pack from a folder, zip or address', () => {
  const opened = async () => {
    const studio = await site.ready();
    await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
    return studio;
  };
  const taken = async (studio: Awaited<ReturnType<typeof opened>>, change: Partial<Pick<SyntheticPack['manifest'], 'classes' | 'recordings'>>) => {
    const manifest = { ...pack.manifest, name: 'other', recordings: [], ...change };
    void studio.usePack({ manifest, files: {} });
    await vi.waitFor(() => expect(studio.session.pack.getState()).toMatchObject({ manifest, model: 'loading' }));
    return studio.settings.getState();
  };

  it('keeps the class by its id, and the seed', async () => {
    const studio = await opened();
    studio.settings.setClass(1);
    studio.settings.setSeed('99');
    const [first, ...rest] = pack.manifest.classes;
    expect(await taken(studio, { classes: [...rest, first!] })).toMatchObject({ class: 0, seed: 99 });
  });

  it('starts with its first recorded run\'s class where it has none of that id, else with its first', async () => {
    const studio = await opened();
    studio.settings.setClass(9);
    const classes = pack.manifest.classes.slice(0, 3).map((entry) => ({ ...entry, id: `other ${entry.id}` }));
    expect(await taken(studio, { classes })).toMatchObject({ class: 0 });
    const [river] = pack.manifest.recordings;
    studio.settings.setClass(1);
    const strangers = classes.map((entry) => ({ ...entry, id: `third ${entry.id}` }));
    expect(await taken(studio, { classes: strangers, recordings: [{ ...river!, class: 2 }] })).toMatchObject({ class: 2 });
    expect(await taken(studio, { classes, recordings: [{ ...river!, class: 3 }] }), 'recorded without a class').toMatchObject({ class: 0 });
  });
});

it('a recorded run that does not fit its pack is not shown, and it is said why', async () => {
  const [recording] = pack.manifest.recordings;
  const { header, ...rest } = JSON.parse(pack.files.get(recording!.run.path)!.toString()) as Run;
  const body = Buffer.from(JSON.stringify({ ...rest, header: { ...header, class: 99 } }));
  pack.files.set(recording!.run.path, body);
  pack.files.set('manifest.json', Buffer.from(JSON.stringify({ ...pack.manifest, recordings: [{ ...recording!, run: { ...recording!.run, bytes: body.length, sha256: sha256(body) } }] })));
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.notices.getState().list).toMatchObject([{ source: 'recording', code: 'run-invalid' }]));
  expect(english(studio.notices.getState().list[0]!.message)).toContain('it has class 99');
  expect(studio.view.run.getState().phase).toBe('empty');
});

it('a link to another pack that names a seed and no class means that pack\'s first class', async () => {
  const { page, studio } = await loading();
  studio.settings.setClass(9);
  const other = { ...pack.manifest, name: 'other', classes: pack.manifest.classes.slice(0, 3), recordings: [] };
  serveOther(other);
  page.hash = '#pack=other&seed=5';
  void studio.reopen();
  await vi.waitFor(() => expect(studio.session.queue.getState().queued).toBe(true));
  expect(studio.settings.getState()).toMatchObject({ class: 0, seed: 5 });
});

/** A run of the pack in view is being decoded; `end` answers it as stopped. */
async function decoding() {
  const { page, studio } = changing();
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  client.ready();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
  void studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  return { page, studio, end: () => client.end({ ok: true, value: { digest: 'd', complete: false, tokens: 0, times: { total: 5, preview: 0 }, gpuMemory: null } }) };
}

it('a link to another pack opens it, also while a run of this one is decoded, whose end writes its own address', async () => {
  const { page, studio, end } = await decoding();
  expect(page.hash).toContain('pack=eurosat');
  serveOther({ ...pack.manifest, name: 'other', recordings: [] });
  page.hash = '#pack=other&class=Forest&seed=5';
  void studio.reopen();
  end();
  await vi.waitFor(() => expect(studio.session.pack.getState().manifest?.name).toBe('other'));
  expect([page.hash, studio.settings.getState().seed]).toEqual(['#pack=other&class=Forest&seed=5', 5]);
});

it('of two links of one pack that come while a run ends, the last one is made, from its own tokens', async () => {
  const { page, studio, end } = await decoding();
  page.hash = `#pack=eurosat&class=River&seed=1&given=${packTokens([1, 2, 3])}`;
  void studio.reopen();
  page.hash = '#pack=eurosat&class=Forest&seed=2';
  void studio.reopen();
  end();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  const [request] = client.generate.mock.calls[1]![0];
  expect([pack.manifest.classes[request!.class]!.id, request!.seed, request!.given]).toEqual(['Forest', 2, undefined]);
  end();
  await tick();
  expect(client.generate).toHaveBeenCalledTimes(2);
});

it('a pack that takes the place of another takes its address, too', async () => {
  const { page, studio } = await loading();
  page.hash = '#pack=eurosat&class=Forest&seed=5&view=inspect';
  studio.address.views.set('inspect');
  void studio.usePack({ manifest: { ...pack.manifest, name: 'mine', recordings: [] }, files: {} });
  await vi.waitFor(() => expect(studio.session.pack.getState().name).toBe('mine'));
  expect(page.hash).toBe('#pack=mine&view=inspect');
});

it('Back to an address of another pack, or of a run that is not in view, names the pack in view alone', async () => {
  const { page, studio } = await loading();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', phase: 'complete' }));
  const state = studio.view.run.getState();
  for (const hash of ['#pack=other&view=inspect', '#pack=other&class=Forest&seed=5&view=inspect', '#pack=eurosat&class=Forest&seed=5&view=inspect']) {
    page.hash = hash;
    studio.address.arrive(state);
    expect(page.hash, hash).toBe('#pack=eurosat&view=inspect');
  }
  studio.address.publish(state);
  const own = page.hash;
  page.hash = '#pack=eurosat&class=Forest&seed=5&view=inspect';
  studio.address.arrive(state);
  expect(page.hash, 'a recorded run that was taken along is named again').toBe(own);
});

it('Back leaves the address as it is where a recorded run, or a picture of the person\'s own, is in view', async () => {
  const { page, studio } = await loading();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', phase: 'complete' }));
  const state = studio.view.run.getState();
  for (const [origin, hash] of [['recorded', '#'], ['given', '#pack=eurosat&class=Forest&seed=5'], ['opened', expect.stringContaining('class=')], ['generated', expect.stringContaining('class=')]] as const) {
    page.hash = typeof hash === 'string' ? hash : '#';
    studio.address.arrive({ ...state, origin });
    expect(page.hash, origin).toEqual(hash);
  }
});

it.each([['', '42'], ['#pack=eurosat&view=compare', '42'], ['#class=Forest', '7'], ['#seed=5', '5']])('a seed typed before the pack is there, with the address "%s", is %s then', async (hash, seed) => {
  const studio = site.made(hash);
  void studio.open();
  studio.settings.setSeed('42');
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  expect(studio.settings.getState()).toMatchObject({ seedText: seed, seed: Number(seed) });
});

it('an address of the same pack that names no run leaves the seed that was typed', async () => {
  const { page, studio } = await loading();
  expect(studio.settings.getState().seed).toBe(7);
  studio.settings.setSeed('42');
  page.hash = '#pack=eurosat&view=compare';
  await studio.reopen();
  expect(studio.settings.getState()).toMatchObject({ seedText: '42', seed: 42 });
});

it('an address of the pack alone changes the view: run and settings stay, and it names the run again', async () => {
  const { page, studio, end } = await decoding();
  studio.settings.set('guidance', 3);
  end();
  await tick();
  const { id } = studio.view.run.getState();
  page.hash = '#pack=eurosat&view=inspect';
  await studio.reopen();
  expect(page.hash).toMatch(/^#pack=eurosat&class=River&seed=7.*view=inspect/);
  expect([studio.view.run.getState().id, studio.settings.getState().values!.guidance]).toEqual([id, 3]);
  page.hash = '#pack=eurosat&g=1';
  await studio.reopen();
  expect(studio.settings.getState().values!.guidance, 'one with a setting sets it').toBe(1);
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
