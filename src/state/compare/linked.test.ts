import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { syntheticBaseline, syntheticPack, type SyntheticPack } from '../../../fixtures/synthetic.ts';
import { parseRun, type TokenEvent } from '../../../engine/log.ts';
import { english, say } from '../../../engine/phrase.ts';
import type { GenerateReport, GenerateRequest, InferenceClientApi, LoadReport, OnEvents, Result } from '../../inference/client.ts';
import { createGuest } from '../guest.ts';
import { createStudio, type StudioDeps } from '../studio.ts';
import { createCompare } from './compare.ts';
import { createLinkedSides } from './linked.ts';

let packs: SyntheticPack[];
let offline: boolean;
let fetched: string[];
/** Holds fetches of addresses that end so, until it is resolved. */
let held: { ending: string; until: Promise<void> } | null;

const event = (t: number): TokenEvent => ({ t, token: 1, entropy: t ? 1 : null, opens: t % 2 === 0 ? ['first'] : [], source: 'sampled', patch: Math.floor(t / 2), logprob: -1, classLogprob: -1, alternatives: [], times: {} });
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
const side = (pack: string, seed: number) => encodeURIComponent(`pack=${pack}&class=River&seed=${seed}&check=${'1'.repeat(12)}.00000000.fp32.wasm.2`);

beforeEach(async () => {
  packs = [await syntheticPack(), await syntheticBaseline()];
  [offline, fetched, held] = [false, [], null];
  vi.stubGlobal('fetch', async (url: string) => {
    fetched.push(url);
    if (held && url.endsWith(held.ending)) await held.until;
    if (offline) throw new TypeError('Failed to fetch');
    if (url.endsWith('/models/index.json')) return Response.json({ packs: packs.map(({ manifest: { name, title, kind } }) => ({ name, title, kind, bytes: 1 })) });
    const [, name, path = ''] = /\/models\/([^/]+)\/(.*)$/.exec(url) ?? [];
    const body = packs.find(({ manifest }) => manifest.name === name)?.files.get(path);
    return body ? new Response(new Uint8Array(body)) : new Response('no', { status: 404 });
  });
  vi.stubGlobal('createImageBitmap', async () => ({ width: 64 }));
});
afterEach(() => vi.unstubAllGlobals());

const recorded = () => parseRun(JSON.parse(packs[0]!.files.get('recordings/river-7.json')!.toString()));

/** A page with that address; loads and runs wait for the test's answers, a stop ends runs. */
async function opened(hash: string, metered = false, packOfHistory?: string) {
  const loads: ((failed?: 'unreachable') => void)[] = [];
  const requests: GenerateRequest[] = [];
  const ends: ((complete: boolean) => void)[] = [];
  const report = { packHash: 'hash', variant: 'fp32', backend: 'wasm', bytes: { total: 0, fromCache: 0 }, ms: 0 } as unknown as LoadReport;
  const client = () => ({
    loaded: true, paint: vi.fn(), dispose: vi.fn(),
    load: (_request: unknown, _progress: unknown, signal?: AbortSignal) => new Promise<Result<LoadReport>>((resolve) => {
      loads.push((failed) => resolve(failed ? { ok: false, code: failed, message: say`The file could not be fetched.` } : { ok: true, value: report }));
      signal?.addEventListener('abort', () => resolve({ ok: false, code: 'aborted', message: say`aborted` }));
    }),
    generate: ([request]: GenerateRequest[], emit: OnEvents) => new Promise<Result<GenerateReport[]>>((resolve) => {
      requests.push(request!);
      emit(0, [0, 1, 2, 3].map(event));
      ends.push((complete) => resolve({ ok: true, value: [{ complete, tokens: 4, digest: 'ab'.repeat(32), times: { total: 8 } } as GenerateReport] }));
    }),
    stop: async () => ends.splice(0).forEach((end) => end(false)),
  }) as unknown as InferenceClientApi;
  const deps: StudioDeps = { client, base: 'https://studio.test/', hash: () => hash, replaceHash: (text) => { hash = text; }, reducedMotion: () => true, metered: () => metered, now: () => 0, reload: () => undefined };
  const page = createStudio(deps);
  void page.open();
  await vi.waitFor(() => expect(page.view.run.getState().count).toBe(256));
  const compare = createCompare({ page, base: deps.base, guest: () => createGuest(deps, page), readHistory: async () => ({ run: { ...recorded(), header: { ...recorded().header, pack: { name: packOfHistory!, hash: '' } } }, picture: null }) });
  const linked = createLinkedSides(compare, page);
  linked.watch();
  void compare.start(!linked.restore());
  const words = () => compare.getState().problem && english(compare.getState().problem!.message);
  return { page, compare, linked, loads, requests, ends, words };
}

it('a stop while the first side is made ends the second, too', async () => {
  const { compare, loads, requests, page } = await opened(`#pack=eurosat&view=compare&a=${side('eurosat', 21)}&b=${side('eurosat', 22)}`);
  loads.splice(0).forEach((load) => load());
  await vi.waitFor(() => expect(requests).toHaveLength(1));
  await compare.stop();
  await settle();
  expect(requests.map(({ seed }) => seed)).toEqual([21]);
  expect(page.session.jobs.getState().running).toBe(false);
});

it.each(['fails', 'is stopped'])('a side whose model %s is not said to differ from the link', async (how) => {
  const { compare, linked, loads, requests, words } = await opened(`#pack=eurosat&view=compare&a=${side('baseline', 21)}`);
  loads.splice(0).forEach((load) => load());
  await vi.waitFor(() => expect(loads).toHaveLength(1)); // the guest's
  if (how === 'fails') {
    for (const tries of [1, 2]) {
      await vi.waitFor(() => expect(loads).toHaveLength(tries));
      loads[tries - 1]!('unreachable');
    }
  } else await compare.stop();
  await settle();
  expect(requests).toEqual([]);
  expect([words(), linked.same('a')]).toEqual([how === 'fails' ? 'The file could not be fetched.' : null, null]);
});

it.each([['a', 'Run A'], ['b', 'Run B']])('a side %s whose pack is not there is named, as the link has two', async (which, run) => {
  const { compare, words } = await opened(`#pack=eurosat&view=compare&${which}=${side('mars', 21)}`);
  await vi.waitFor(() => expect(words()).toBe(`${run}: There is no pack "mars" at this address.`));
  expect(english(compare.getState().problem!.detail!)).toMatch(/^Correct "pack" in the address/);
});

it('what is wrong with side B stays said while the run of the link comes as A', async () => {
  const { compare, loads, ends, words } = await opened(`#pack=eurosat&class=River&seed=9&view=compare&b=${encodeURIComponent('class=Atlantis&seed=3')}`);
  compare.watchPage();
  await vi.waitFor(() => expect(words()).toMatch(/^Run B: .*Atlantis/));
  loads.splice(0).forEach((load) => load());
  await vi.waitFor(() => expect(ends).toHaveLength(1));
  ends.splice(0).forEach((end) => end(true));
  await vi.waitFor(() => expect(compare.getState().sides.a.run.getState()).toMatchObject({ phase: 'complete', header: { seed: 9 } }));
  await settle();
  expect(words()).toMatch(/^Run B: .*Atlantis/);
});

it('a run of the history whose pack is not there names the pack, and no address', async () => {
  const { compare, words } = await opened('#pack=eurosat&view=compare', false, 'mars');
  await compare.choose('b', { kind: 'history', id: 'of-mars' });
  expect(words()).toBe('This run needs the pack mars.');
});

it('on a metered connection the link says what it needs, and one press makes its runs', async () => {
  const { page, compare, loads, requests, ends, words } = await opened(`#pack=eurosat&view=compare&a=${side('eurosat', 21)}&b=${side('eurosat', 22)}`, true);
  await vi.waitFor(() => expect(words()).toMatch(/model is not loaded/));
  expect([loads.length, page.session.pack.getState().model]).toEqual([0, 'asking']);
  compare.getState().problem!.action!.run();
  await vi.waitFor(() => expect(loads).toHaveLength(1));
  loads[0]!();
  for (const seed of [21, 22]) {
    await vi.waitFor(() => expect(requests.at(-1)).toMatchObject({ seed }));
    ends.splice(0).forEach((end) => end(true));
  }
});

it('a pack whose manifest could not be fetched is asked for again', async () => {
  const { compare, loads, words } = await opened('#pack=eurosat&view=compare');
  loads.splice(0).forEach((load) => load());
  await compare.discover();
  offline = true;
  await compare.againstPack('baseline');
  expect(words()).toMatch(/could not be fetched/);
  offline = false;
  fetched.length = 0;
  void compare.againstPack('baseline');
  await vi.waitFor(() => expect(loads).toHaveLength(1));
  expect(fetched.some((url) => url.endsWith('/models/baseline/manifest.json'))).toBe(true);
});

it('of two choices for a side the later one holds, however long the first takes', async () => {
  const { compare } = await opened('#pack=eurosat&view=compare');
  const { path } = packs[0]!.manifest.recordings[0]!.run;
  let release!: () => void;
  held = { ending: path, until: new Promise((resolve) => { release = resolve; }) };
  const first = compare.choose('b', { kind: 'recording', pack: 'eurosat', index: 0 });
  await settle();
  await compare.choose('b', { kind: 'view' });
  release();
  await first;
  expect(compare.getState().source.b).toEqual({ kind: 'view' });
});

it('a stop gives up the side that waits for the run of the page, too', async () => {
  const { page, compare, loads, requests } = await opened(`#pack=eurosat&class=River&seed=9&view=compare&b=${side('eurosat', 22)}`);
  loads.splice(0).forEach((load) => load());
  await vi.waitFor(() => expect(requests.map(({ seed }) => seed)).toEqual([9]));
  await compare.stop();
  await settle();
  await settle();
  expect(requests.map(({ seed }) => seed)).toEqual([9]);
  expect(page.session.jobs.getState().running).toBe(false);
});

it('a guest and the page never decode at once', async () => {
  const { page, compare, loads, requests, ends } = await opened('#pack=eurosat&view=compare');
  await compare.discover();
  await vi.waitFor(() => expect(loads).toHaveLength(1));
  void page.generate();
  expect(page.session.queue.getState().queued).toBe(true);
  void compare.againstPack('baseline');
  await vi.waitFor(() => expect(loads).toHaveLength(2));
  loads[0]!();
  loads[1]!();
  await settle();
  await settle();
  expect(requests).toHaveLength(1);
  ends.splice(0).forEach((end) => end(true));
  await vi.waitFor(() => expect(requests).toHaveLength(2));
});

it('Generate on the page waits while the guest decodes', async () => {
  const { page, compare, loads, requests, ends } = await opened('#pack=eurosat&view=compare');
  await compare.discover();
  loads[0]!();
  await settle();
  void compare.againstPack('baseline');
  await vi.waitFor(() => expect(loads).toHaveLength(2));
  loads[1]!();
  await vi.waitFor(() => expect(requests).toHaveLength(1));
  void page.generate();
  await settle();
  await settle();
  expect(requests).toHaveLength(1);
  ends.splice(0).forEach((end) => end(true));
  await vi.waitFor(() => expect(requests).toHaveLength(2));
});

it('a guest does not wait for a run of the page whose model nobody has agreed to download', async () => {
  const { page, compare, loads, requests } = await opened('#pack=eurosat&class=River&seed=9&view=compare', true);
  await compare.discover();
  await vi.waitFor(() => expect([page.session.pack.getState().model, page.session.queue.getState().queued]).toEqual(['asking', true]));
  void compare.againstPack('baseline');
  await vi.waitFor(() => expect(loads).toHaveLength(1));
  loads[0]!();
  await vi.waitFor(() => expect(requests).toHaveLength(1));
});
