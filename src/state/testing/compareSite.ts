/** Compare without a browser, for tests: two packs as the site, and models that answer at once. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { TokenEvent } from '../../../engine/log.ts';
import { syntheticBaseline, syntheticPack, type SyntheticPack } from '../../../fixtures/synthetic.ts';
import type { GenerateReport, GenerateRequest, InferenceClientApi, OnEvents, Result } from '../../inference/client.ts';
import { createCompare } from '../compare/compare.ts';
import { createGuest } from '../guest.ts';
import type { PackSession } from '../session.ts';
import { createStudio, type StudioDeps } from '../studio.ts';

export const events = (count: number, token: number): TokenEvent[] => Array.from({ length: count }, (_, t) => ({
  t, token, entropy: t ? 1 : null, opens: t % 2 === 0 ? ['first'] : [], source: 'sampled', patch: Math.floor(t / 2), logprob: -1, classLogprob: -1, alternatives: [], times: {},
}));

/** For the tests of a file: a studio with Compare open, new for each test. `requests`: what its models were asked for, in order. */
export function compareSite() {
  const requests: GenerateRequest[] = [];
  const packs = { pack: null as unknown as SyntheticPack, baseline: null as unknown as SyntheticPack };

  beforeEach(async () => {
    const pack = await syntheticPack();
    const baseline = await syntheticBaseline();
    Object.assign(packs, { pack, baseline });
    requests.length = 0;
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

  return { requests, packs, opened };
}
