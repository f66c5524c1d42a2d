import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import { syntheticBaseline, syntheticPack } from '../../../fixtures/synthetic.ts';
import type { InferenceClientApi } from '../../inference/client.ts';
import { createRun } from '../run.ts';
import { createStudio } from '../studio.ts';
import { createGuide } from './guide.ts';
import { clampStep, startOfLongest, mostGuided, mostSurprising, patchesByRow, recordingFor, STEPS } from './steps.ts';

const event = (t: number, more: Partial<TokenEvent> = {}): TokenEvent => ({
  t, token: t, entropy: t || null, opens: t % 4 === 0 ? ['row'] : [], source: 'sampled', patch: Math.floor(t / 4), logprob: -2, classLogprob: -2, alternatives: [], times: {}, ...more,
});

describe('steps', () => {
  it('clamps whatever an address says', () => {
    expect([0, -3, 1, 2.9, 999, NaN, Infinity].map(clampStep)).toEqual([1, 1, 1, 2, STEPS.length, 1, STEPS.length]);
  });

  it('finds a run by class, else the first recording', () => {
    const classes = [{ id: 'Forest' }, { id: 'River' }];
    expect(recordingFor(STEPS[0]!, [{ class: 0 }, { class: 1 }], classes)).toBe(1);
    expect(recordingFor(STEPS[3]!, [{ class: 1 }, { class: 0 }], classes)).toBe(1);
    expect(recordingFor(STEPS[0]!, [{ class: 0 }], classes)).toBe(0);
    expect(recordingFor(STEPS[0]!, [], classes)).toBe(-1);
  });

  it('goes in the order of understanding: a plain grid, entropy, patches; it ends on the verdict', () => {
    expect(STEPS.map(({ id }) => id)).toEqual(['tokens', 'surprise', 'gate', 'forced', 'cost', 'rope', 'guidance', 'passes', 'quality', 'inference', 'resolution', 'verdict']);
    expect(STEPS.filter(({ draws }) => draws === 'cells').map(({ id }) => id)).toEqual(['tokens', 'surprise']);
    expect(STEPS.find(({ draws }) => draws === 'passes')?.id, 'the first that says what a pass is').toBe('passes');
    expect(STEPS.filter(({ place }) => place !== 'full').map(({ id, place }) => [id, place])).toEqual([['inference', 'small'], ['resolution', 'none'], ['verdict', 'none']]);
  });

  it('counts patches of the first row and of the whole rows after it', () => {
    const events = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((t) => event(t, { opens: [0, 1, 2, 4, 8].includes(t) ? ['entropy'] : [] }));
    expect(patchesByRow(events, 4)).toEqual({ first: 3, others: 1 });
    expect(patchesByRow(events.slice(0, 6), 4)).toEqual({ first: 3, others: null });
  });

  it('picks cells that show what it explains', () => {
    const events = [event(0, { logprob: null }), event(1), event(2, { entropy: 9 }), event(3, { logprob: -0.1 }), event(4), event(5)];
    expect(mostSurprising(events)).toBe(2);
    expect(startOfLongest(events, 4)).toBe(0);
    expect(mostGuided(events)).toBe(3);
    expect([mostSurprising([]), startOfLongest([], 4), mostGuided([])]).toEqual([null, null, null]);
  });
});

describe('guide', () => {
  let hash = '';
  beforeEach(() => vi.stubGlobal('createImageBitmap', async () => ({ width: 64 })));
  afterEach(() => vi.unstubAllGlobals());

  async function opened(recordings = true) {
    const pack = await syntheticPack();
    if (!recordings) pack.manifest.recordings = [];
    pack.files.set('manifest.json', Buffer.from(JSON.stringify(pack.manifest)));
    vi.stubGlobal('fetch', async (url: string) => {
      const body = pack.files.get(url.split('/models/eurosat/')[1] ?? '');
      return body ? new Response(new Uint8Array(body)) : new Response('no', { status: 404 });
    });
    const never = { load: () => new Promise(() => undefined), dispose: () => undefined } as unknown as InferenceClientApi;
    hash = '';
    const page = createStudio({ client: () => never, base: 'https://studio.test/', hash: () => hash, replaceHash: (text) => { hash = text; }, reducedMotion: () => true, metered: () => false, now: () => 0, reload: () => undefined });
    void page.open();
    await vi.waitFor(() => expect(page.session.pack.getState().manifest).not.toBeNull());
    return { page, guide: createGuide(page, 'https://studio.test/', () => true) };
  }

  it('shows recorded runs without any weights, and leaves the run of the page alone', async () => {
    const { page, guide } = await opened();
    await vi.waitFor(() => expect(page.view.run.getState().count).toBe(256));
    const before = page.view.run.getState();
    for (let step = 1; step <= STEPS.length; step++) {
      await guide.go(step);
      expect(guide.getState()).toMatchObject({ step, phase: 'ready', problem: null });
      expect(guide.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 });
      expect(guide.view.playback.getState().cursor).toBe(256);
    }
    expect(page.view.run.getState()).toBe(before);
    expect(page.session.pack.getState().model).not.toBe('ready');
  });

  it('tries out E_th on its own run and starts every step as decoded', async () => {
    const { page, guide } = await opened();
    await guide.go(3);
    guide.view.whatIf.set('entropyThreshold', 3);
    expect(guide.view.shown().whatIf).toBe(true);
    expect(page.view.shown().whatIf).toBe(false);
    await guide.go(4);
    expect(guide.view.shown().whatIf).toBe(false);
    expect(guide.view.playback.getState().pin).not.toBeNull();
  });

  it('takes its run along to the other views, with a way back', async () => {
    const { page, guide } = await opened();
    await vi.waitFor(() => expect(page.view.run.getState().count).toBe(256));
    const before = page.view.run.getState();
    await guide.go(2);
    const back = await guide.takeAlong();
    expect(page.view.run.getState().events).toBe(guide.view.run.getState().events);
    await back();
    expect(page.view.run.getState().events).toBe(before.events);
  });

  it('its way back leads to a run that ended meanwhile, also where the guide showed that run itself', async () => {
    for (const recordings of [true, false]) {
      const { page, guide } = await opened(recordings);
      if (recordings) await vi.waitFor(() => expect(page.view.run.getState().count).toBe(256));
      const job = createRun();
      const { manifest } = page.session.pack.getState();
      const id = job.begin({ pack: { name: 'eurosat', hash: '' }, class: 8, className: 'River', seed: 5, settings: manifest!.defaults, grid: manifest!.grid } as RunHeader);
      page.view.run.mirror(job);
      await guide.go(2);
      const back = await guide.takeAlong();
      job.end(id, { complete: true, digest: 'd', wallMs: 1 });
      expect(page.view.run.getState(), 'the run of the step').toMatchObject({ phase: 'complete' });
      expect(hash, 'the address names it').toContain(`seed=${page.view.run.getState().header!.seed}`);
      await back();
      expect(page.view.run.getState()).toMatchObject({ phase: 'complete', digest: 'd', header: { seed: 5 } });
      expect(hash).toContain('seed=5');
    }
  });

  it('its way back from the pack of the guide leads to the pack of the page', async () => {
    const packs = [await syntheticPack(), await syntheticBaseline()];
    vi.stubGlobal('fetch', async (url: string) => {
      if (url.endsWith('/models/index.json')) return Response.json({ packs: packs.map(({ manifest: { name, title, kind } }) => ({ name, title, kind, bytes: 1 })) });
      const [, name, path = ''] = /\/models\/([^/]+)\/(.*)$/.exec(url) ?? [];
      const body = packs.find(({ manifest }) => manifest.name === name)?.files.get(path);
      return body ? new Response(new Uint8Array(body)) : new Response('no', { status: 404 });
    });
    let hash = '#pack=baseline&view=guide';
    const never = { load: () => new Promise(() => undefined), stop: async () => undefined, dispose: () => undefined } as unknown as InferenceClientApi;
    const page = createStudio({ client: () => never, base: 'https://studio.test/', hash: () => hash, replaceHash: (text) => { hash = text; }, reducedMotion: () => true, metered: () => false, now: () => 0, reload: () => undefined });
    void page.open();
    await vi.waitFor(() => expect(page.view.run.getState().count).toBe(256));
    const before = page.view.run.getState();
    const guide = createGuide(page, 'https://studio.test/', () => true);
    await guide.go(2);
    const back = await guide.takeAlong();
    expect([page.session.pack.getState().name, page.view.run.getState().header!.pack.name]).toEqual(['eurosat', 'eurosat']);
    back();
    await vi.waitFor(() => expect(page.session.pack.getState().name).toBe('baseline'));
    await vi.waitFor(() => expect(page.view.run.getState().events).toBe(before.events));
  });

  it('says so when the pack has no recorded run', async () => {
    const { guide } = await opened(false);
    await guide.go(1);
    expect(guide.getState().phase).toBe('none');
  });

  it('is given on another pack where the page\'s has no patches, and can bring that one along', async () => {
    const [pack, baseline] = [await syntheticPack(), await syntheticBaseline()];
    vi.stubGlobal('fetch', async (url: string) => {
      if (url.endsWith('/models/index.json')) return Response.json({ packs: [baseline, pack].map(({ manifest: { name, title, kind } }) => ({ name, title, kind, bytes: 1 })) });
      const [, name, path = ''] = /\/models\/([^/]+)\/(.*)$/.exec(url) ?? [];
      const body = [pack, baseline].find(({ manifest }) => manifest.name === name)?.files.get(path);
      return body ? new Response(new Uint8Array(body)) : new Response('no', { status: 404 });
    });
    const never = { load: () => new Promise(() => undefined), dispose: () => undefined } as unknown as InferenceClientApi;
    let hash = '#pack=baseline';
    const page = createStudio({ client: () => never, base: 'https://studio.test/', hash: () => hash, replaceHash: (text) => { hash = text; }, reducedMotion: () => true, metered: () => false, now: () => 0, reload: () => undefined });
    void page.open();
    await vi.waitFor(() => expect(page.view.run.getState().header?.pack.name).toBe('baseline'));
    const guide = createGuide(page, 'https://studio.test/', () => true);
    await guide.go(3);
    expect(guide.getState()).toMatchObject({ phase: 'ready', problem: null });
    expect(guide.view.run.getState().header?.pack.name).toBe('eurosat');
    expect(page.session.pack.getState().name).toBe('baseline');
    await guide.takePack();
    expect(page.session.pack.getState(), 'its weights may take their time').toMatchObject({ manifest: { name: 'eurosat' }, model: 'loading' });
    await page.choosePack('baseline');
    guide.view.whatIf.set('entropyThreshold', 3);
    await guide.generateWithThis();
    expect(page.session.pack.getState().manifest?.name).toBe('eurosat');
    expect(page.settings.getState()).toMatchObject({ class: guide.view.run.getState().header!.class, values: { entropyThreshold: 3 } });
    expect([page.session.queue.getState().queued, page.address.views.getState().view]).toEqual([true, 'generate']);
  });
});
