/** A studio without a browser, for tests: a small pack as its site, and a client whose answers the test gives. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { TokenEvent } from '../../../engine/log.ts';
import { say } from '../../../engine/phrase.ts';
import { syntheticPack, type SyntheticPack } from '../../../fixtures/synthetic.ts';
import type { Failure, GenerateReport, GenerateRequest, InferenceClientApi, LoadReport, OnEvents, Result } from '../../inference/client.ts';
import type { Problem } from '../problem.ts';
import { createStudio, type StudioDeps } from '../studio.ts';

export const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A client whose answers the test gives. */
export function fakeClient() {
  let answerLoad!: (result: Result<LoadReport>) => void;
  let answerRun!: (result: Result<GenerateReport[]>) => void;
  let emit: OnEvents = () => undefined;
  const load = vi.fn(() => new Promise<Result<LoadReport>>((resolve) => { answerLoad = resolve; }));
  const generate = vi.fn((_requests: GenerateRequest[], onEvents: OnEvents) => {
    emit = onEvents;
    return new Promise<Result<GenerateReport[]>>((resolve) => { answerRun = resolve; });
  });
  let loaded = false;
  let answerScore!: () => void;
  const score = vi.fn((tokens: number[]) => new Promise<Result<(number | null)[]>>((resolve) => {
    answerScore = () => resolve({ ok: true, value: tokens.map((_, i) => (i === 0 ? null : 3)) });
  }));
  const api = { get loaded() { return loaded; }, load, generate, score, stop: vi.fn(async () => undefined), paint: vi.fn(async () => ({ ok: false, code: 'not-loaded', message: say`m` })), dispose: vi.fn() } as unknown as InferenceClientApi;
  return {
    api, load, generate, score,
    scored: () => answerScore(),
    ready: (backend: LoadReport['backend'] = 'wasm') => {
      loaded = true;
      answerLoad({ ok: true, value: { packHash: 'hash', variant: 'fp32', backend, bytes: { total: 1, fromCache: 1 }, ms: 1 } as LoadReport });
    },
    refuse: (code: Failure['code']) => answerLoad({ ok: false, code, message: say`${code}: fp32/all.bin.0`, detail: say`Retry.` }),
    emit: (events: TokenEvent[]) => emit(0, events),
    end: (result: Result<GenerateReport>) => {
      if (!result.ok) loaded = false;
      answerRun(result.ok ? { ok: true, value: [result.value] } : result);
    },
  };
}

export const event = (t: number): TokenEvent => ({
  t, token: t, entropy: t === 0 ? null : 1, opens: t === 0 ? ['first'] : ['second'], source: 'sampled', patch: t, logprob: -1, classLogprob: -1, alternatives: [], times: {},
});

export type FakeClient = ReturnType<typeof fakeClient>;

/** For the tests of a file: a pack and a client, new for each test. */
export function studioSite() {
  const written: string[] = [];
  const site = {
    pack: null as unknown as SyntheticPack, client: null as unknown as FakeClient,
    /** What was written to the address. */
    written,
    made: (hash = '', metered = false, spared: Problem | null = null) => site.create({
      hash: () => hash, replaceHash: (text) => written.push(text), metered: () => metered, ...(spared && { spareGpu: async () => spared }),
    }),
    /** Made, opened, and its model loaded. */
    ready: async (backend?: LoadReport['backend']) => {
      const studio = site.made();
      void studio.open();
      await vi.waitFor(() => expect(site.client.load).toHaveBeenCalledOnce());
      site.client.ready(backend);
      await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
      return studio;
    },
    create: (deps: Pick<StudioDeps, 'hash' | 'replaceHash'> & Partial<StudioDeps>) => createStudio({
      client: () => site.client.api, base: 'https://studio.test/demo/', reducedMotion: () => true, metered: () => false, now: () => 0, reload: () => undefined, ...deps,
    }),
  };
  beforeEach(async () => {
    site.pack = await syntheticPack();
    site.client = fakeClient();
    written.length = 0;
    vi.stubGlobal('fetch', async (url: string) => {
      const body = site.pack.files.get(url.split('/models/eurosat/')[1] ?? '');
      return body ? new Response(new Uint8Array(body)) : new Response('no', { status: 404 });
    });
    vi.stubGlobal('createImageBitmap', async () => ({ width: 64 }));
  });
  afterEach(() => vi.unstubAllGlobals());
  return site;
}
