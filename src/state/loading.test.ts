import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { say } from '../../engine/phrase.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import type { LoadReport, LoadRequest, Result } from '../inference/client.ts';
import { createNotices } from './notices.ts';
import { createPackSession, type PackSessionDeps } from './session.ts';

const m = tinyManifest();
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));
const lost = { ok: false, code: 'worker-lost', message: say`gone` } as const;
const loaded = (backend: 'wasm' | 'webgpu', variant = 'fp32') => ({ ok: true, value: { packHash: 'hash', variant, backend, bytes: { total: 0, fromCache: 0 }, ms: 0, stored: 'stored' } as unknown as LoadReport }) as const;
const place = (name: string) => `https://studio.test/models/${name}/manifest.json`;

beforeEach(() => vi.stubGlobal('fetch', async () => Response.json(m)));
afterEach(() => vi.unstubAllGlobals());

/** A session whose loads and run the test answers. */
function setup() {
  const loads: { request: LoadRequest; answer: (result: Result<LoadReport>) => void }[] = [];
  let endRun!: (result: unknown) => void;
  let oneAPass!: () => void;
  const client = {
    loaded: false,
    load: (request: LoadRequest, _: unknown, signal: AbortSignal) => new Promise<Result<LoadReport>>((answer) => {
      signal.addEventListener('abort', () => answer({ ok: false, code: 'aborted', message: say`cancelled` }));
      loads.push({ request, answer });
    }),
    generate: () => new Promise((resolve) => { endRun = resolve; }),
    stop: async () => undefined, dispose: () => undefined,
  };
  const notices = createNotices();
  const connect: PackSessionDeps['connect'] = ({ onOneAPass }) => {
    oneAPass = () => onOneAPass!(say`driver`);
    return client as never;
  };
  const session = createPackSession({ connect, notices, now: () => 0 });
  session.use({ name: m.name, manifestUrl: place('tiny'), manifest: m, hash: 'hash' });
  const answer = async (result: Result<LoadReport>) => {
    loads.at(-1)!.answer(result);
    await tick();
    await tick();
  };
  /** A run on the GPU has lost its worker. */
  const losing = async (variant?: string) => {
    void session.load();
    await tick();
    await answer(loaded('webgpu', variant));
    void session.generate(() => [{ class: 0, seed: 1, settings: m.defaults }]);
    await tick();
    endRun(lost);
    await tick();
    expect(loads).toHaveLength(2);
  };
  return { session, loads, answer, losing, oneAPass: () => oneAPass(), said: () => notices.getState().list.map(({ code }) => code) };
}

describe('a run that was coming back when it was stopped', () => {
  it('leaves the backend that a person chooses then', async () => {
    const { session, loads, answer, losing } = setup();
    await losing();
    await session.stop();
    void session.chooseBackend('wasm');
    await tick();
    expect(loads[2]!.request.backend).toBe('wasm');
    await answer(loaded('wasm'));
    expect(session.pack.getState()).toMatchObject({ model: 'ready', report: { backend: 'wasm' }, choice: 'wasm' });
  });

  it('has no part in the load of another pack', async () => {
    const { session, loads, answer, losing, said } = setup();
    await losing('w16');
    await session.stopped();
    session.close();
    session.use({ name: 'other', manifestUrl: place('other'), manifest: { ...m, name: 'other' }, hash: 'other' });
    void session.load();
    await tick();
    await answer({ ok: false, code: 'graph-failed', message: say`It computes wrongly.` });
    expect(loads.slice(2).map(({ request: { manifestUrl, variant } }) => [manifestUrl, variant])).toEqual([[place('other'), undefined]]);
    expect(session.pack.getState()).toMatchObject({ model: 'failed', problem: { code: 'graph-failed' } });
    expect(said()).toEqual([]);
  });
});

describe('what was said of how the model runs', () => {
  const givenUp = async () => {
    const all = setup();
    void all.session.load('webgpu');
    await tick();
    await all.answer(lost);
    await all.answer(loaded('wasm'));
    all.oneAPass();
    await vi.waitFor(() => expect(all.said()).toEqual(['backend-changed', 'one-a-pass']));
    return all;
  };

  it('goes where the model is loaded anew', async () => {
    const { session, answer, said } = await givenUp();
    expect(session.pack.getState().choice).toBe('wasm');
    void session.chooseBackend('webgpu');
    await tick();
    await answer(loaded('webgpu'));
    expect([said(), session.pack.getState().report?.backend]).toEqual([[], 'webgpu']);
  });

  it('goes with its pack', async () => {
    const { session, said } = await givenUp();
    session.close();
    expect(said()).toEqual([]);
  });
});
