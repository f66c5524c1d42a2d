import { beforeEach, expect, test, vi } from 'vitest';
import { english } from '../../engine/phrase.ts';
import { studioSite, tick } from './testing/studioSite.ts';

const site = studioSite();
const page = { hash: '' };
/** The page as it is loaded, in the same tab. */
const loaded = () => site.create({ hash: () => page.hash, replaceHash: (text) => { page.hash = text; } });
/** Of the name of a pack of the site, with other words. */
const mine = () => ({ ...site.pack.manifest, title: 'Mine', recordings: [] });
const titleOf = (studio: ReturnType<typeof loaded>) => studio.session.pack.getState().manifest?.title;

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
  page.hash = '';
});

/** A visit that uses the pack. */
async function opened(from: { files: Record<string, Blob> } | { manifestUrl: string }): Promise<void> {
  void loaded().usePack({ manifest: mine(), ...from });
  await vi.waitFor(() => expect(page.hash).toBe('#pack=eurosat'));
}

async function reloaded() {
  const studio = loaded();
  void studio.open();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('failed'));
  return studio;
}

test('a pack of this device is asked for again after a reload, not taken for one of the site, and class, seed and settings hold', async () => {
  await opened({ files: {} });
  page.hash = '#pack=eurosat&class=Forest&seed=5&guidance=3';
  const studio = await reloaded();
  expect(studio.session.pack.getState()).toMatchObject({ manifest: null, problem: { code: 'pack-left' } });
  expect(english(studio.session.pack.getState().problem!.message)).toContain('"eurosat" came from this device');
  void studio.usePack({ manifest: mine(), files: {} });
  await vi.waitFor(() => expect(titleOf(studio)).toBe('Mine'));
  const forest = site.pack.manifest.classes.findIndex(({ id }) => id === 'Forest');
  expect(studio.settings.getState()).toMatchObject({ class: forest, seed: 5, values: { guidance: 3 } });
  expect(studio.session.queue.getState().queued, 'the run of the address').toBe(true);
  expect(page.hash).toBe('#pack=eurosat&class=Forest&seed=5&guidance=3');
});

test('one from another address is asked about again', async () => {
  const manifestUrl = 'https://studio.test/demo/elsewhere/manifest.json';
  await opened({ manifestUrl });
  vi.stubGlobal('fetch', async (url: string) => (url === manifestUrl ? Response.json(mine()) : new Response('no', { status: 404 })));
  const studio = await reloaded();
  await vi.waitFor(() => expect(studio.notices.getState().list).toMatchObject([{ code: 'pack-consent' }]));
  studio.notices.getState().list[0]!.action!.run();
  await vi.waitFor(() => expect(studio.session.pack.getState()).toMatchObject({ manifest: { title: 'Mine' }, manifestUrl }));
});

test('the site\'s pack of that name is there for who chooses it, and stays after the next reload', async () => {
  await opened({ files: {} });
  const studio = await reloaded();
  void studio.choosePack('eurosat');
  await vi.waitFor(() => expect(titleOf(studio)).toBe(site.pack.manifest.title));
  const again = loaded();
  void again.open();
  await vi.waitFor(() => expect(titleOf(again)).toBe(site.pack.manifest.title));
});

test('a link to a pack that this site lacks holds once the pack is chosen', async () => {
  page.hash = '#pack=own&class=Forest&seed=5';
  const studio = await reloaded();
  expect(studio.session.pack.getState().problem?.code).toBe('pack-missing');
  void studio.usePack({ manifest: { ...mine(), name: 'own' }, files: {} });
  await vi.waitFor(() => expect(studio.session.queue.getState().queued).toBe(true));
  await tick();
  expect([studio.settings.getState().seed, page.hash]).toEqual([5, '#pack=own&class=Forest&seed=5']);
});
