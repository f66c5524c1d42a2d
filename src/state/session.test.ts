import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import type { Failure, GenerateReport, GenerateRequest, InferenceClientApi, LoadReport, Result } from '../inference/client.ts';
import { createNotices } from './notices.ts';
import { makeBeside } from './makeBeside.ts';
import { createPackSession } from './session.ts';
import { say } from '../../engine/phrase.ts';

const m = tinyManifest();
const request = (seed: number) => ({ class: 1, seed, settings: m.defaults });
const loaded = { ok: true, value: { packHash: 'hash', variant: 'fp32', backend: 'wasm', bytes: { total: 0, fromCache: 0 }, ms: 0, stored: 'stored' } } as unknown as Result<LoadReport>;
const complete = { ok: true, value: [{ complete: true, digest: 'd', times: { total: 1 } } as GenerateReport] } as const;
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

function setup() {
  const requests: GenerateRequest[] = [];
  let answer!: (result: Result<LoadReport>) => void;
  const client = {
    load: vi.fn(() => new Promise<Result<LoadReport>>((resolve) => { answer = resolve; })),
    generate: vi.fn(async ([request]: GenerateRequest[]) => {
      requests.push(request!);
      return complete;
    }),
    stop: vi.fn(async () => undefined), dispose: vi.fn(),
  };
  const notices = createNotices();
  const session = createPackSession({ connect: () => client as unknown as InferenceClientApi, notices, now: () => 0 });
  session.use({ name: m.name, manifestUrl: 'https://studio.test/models/tiny/manifest.json', manifest: m, hash: 'hash' });
  const fail = (code: Failure['code']) => answer({ ok: false, code, message: say`failed` });
  return { session, client, notices, requests, ready: () => answer(loaded), fail };
}

async function loadedBy(session: ReturnType<typeof setup>['session'], ready: () => void): Promise<void> {
  void session.load();
  await tick();
  ready();
  await tick();
}

beforeEach(() => vi.stubGlobal('fetch', async () => Response.json(m)));
afterEach(() => vi.unstubAllGlobals());

it('makes runs without any view, with the pack, variant and backend of its model in their headers', async () => {
  const { session, requests, ready } = setup();
  const begun: number[] = [];
  const all = makeBeside(session, [request(5), request(6)], (list) => begun.push(...list.map(({ header }) => header.seed)));
  await tick();
  ready();
  expect(await all).toBe(true);
  expect(begun).toEqual([5, 6]);
  expect(requests.map(({ seed }) => seed)).toEqual([5, 6]);
  expect(session.jobs.getState().list[0]!.header).toMatchObject({ pack: { name: m.name, hash: 'hash' }, variant: 'fp32', backend: 'wasm', class: 1 });
});

it('runs wait for the model, and are asked for when they can begin', async () => {
  const { session, requests, ready } = setup();
  let seed = 1;
  void session.generate(() => [request(seed)]);
  await tick();
  expect([session.queue.getState().queued, requests]).toEqual([true, []]);
  seed = 2;
  ready();
  await vi.waitFor(() => expect(requests).toMatchObject([{ seed: 2 }]));
  expect(session.queue.getState().queued).toBe(false);
});

it('where what waited can no longer be made, nothing waits any more, and what else waits for the model is told', async () => {
  const { session, requests, ready } = setup();
  const told = vi.fn();
  session.onReady(told);
  let valid = true;
  void session.generate(() => (valid ? [request(1)] : []));
  await tick();
  valid = false; // a field was emptied to type another value
  ready();
  await vi.waitFor(() => expect(session.pack.getState().model).toBe('ready'));
  expect([session.queue.getState().queued, told.mock.calls.length, requests]).toEqual([false, 1, []]);
  await session.generate(() => [request(2)]);
  expect(requests).toMatchObject([{ seed: 2 }]);
});

it.each(['fails', 'is cancelled'])('where the load %s, nothing waits any more', async (how) => {
  const { session, requests, fail } = setup();
  void session.generate(() => [request(1)]);
  await tick();
  if (how === 'fails') fail('shard-missing');
  else session.cancelLoad();
  await tick();
  expect([session.queue.getState().queued, session.pack.getState().model, requests]).toEqual([false, how === 'fails' ? 'failed' : 'asking', []]);
});

it('what else asks the model ends before a run begins; a stop meanwhile takes the run back', async () => {
  const { session, requests, ready } = setup();
  await loadedBy(session, ready);
  const asker = { busy: () => true, settle: vi.fn(async () => undefined) };
  let end!: () => void;
  asker.settle.mockImplementationOnce(() => new Promise<undefined>((resolve) => { end = () => resolve(undefined); }));
  const gone = session.addAsker(asker);
  const first = session.generate(() => [request(1)]);
  await session.stop();
  end();
  await first;
  expect([asker.settle.mock.calls.length, requests]).toEqual([1, []]);
  asker.busy = () => asker.settle.mock.calls.length < 2;
  await session.generate(() => [request(2)]);
  expect(requests).toMatchObject([{ seed: 2 }]);
  asker.busy = () => true;
  gone();
  await session.generate(() => [request(3)]);
  expect([asker.settle.mock.calls.length, requests.at(-1)!.seed]).toEqual([2, 3]);
});

it('says that it is ready only where no run waits', async () => {
  const { session, ready } = setup();
  const listener = vi.fn();
  session.onReady(listener);
  await loadedBy(session, ready);
  expect(listener).toHaveBeenCalledOnce();
  void session.load();
  await tick();
  session.wait(() => [request(1)]);
  ready();
  await tick();
  expect(listener).toHaveBeenCalledOnce();
});

it('a pack that is not there leaves its reason and no manifest', async () => {
  const { session, notices } = setup();
  vi.stubGlobal('fetch', async () => new Response('no', { status: 404 }));
  session.close();
  expect(await session.read('mars', 'https://studio.test/')).toBeNull();
  expect(session.pack.getState()).toMatchObject({ name: 'mars', manifest: null, model: 'failed', problem: { code: 'pack-missing' } });
  expect(notices.getState().list).toEqual([]);
});

it('what asks the model is settled but for the one who asks now; where it may be waited for, it is', async () => {
  const { session } = setup();
  const [mine, short, long] = [0, 1, 2].map((i) => ({ busy: () => true, settle: vi.fn(async () => undefined), ...(i === 1 && { answered: vi.fn(async () => undefined) }) }));
  for (const asker of [mine!, short!, long!]) session.addAsker(asker);
  await session.settle({ except: mine!, wait: true });
  expect([mine!, short!, long!].map(({ settle, answered }) => [settle.mock.calls.length, answered?.mock.calls.length])).toEqual([[0, undefined], [0, 1], [1, undefined]]);
  await session.settle();
  expect([mine!, short!].map(({ settle }) => settle.mock.calls.length)).toEqual([1, 1]);
});

it('a worker that had to be ended comes back once for all who ask, unless its pack has gone', async () => {
  const { session, client, ready } = setup();
  await loadedBy(session, ready);
  const own = session.client()!;
  await session.comeBack({ loaded: true } as never);
  await session.comeBack({ loaded: false } as never);
  expect(client.load, 'of another pack').toHaveBeenCalledOnce();
  const back = [session.comeBack(own), session.comeBack(own)];
  await tick();
  expect(client.load, 'once').toHaveBeenCalledTimes(2);
  expect(await Promise.race([...back, tick().then(() => 'waits')]), 'for all who ask').toBe('waits');
  ready();
  await Promise.all(back);
});

it('a backend or weights chosen while the page waits to be asked for the model are only noted', async () => {
  const { session, client } = setup();
  session.pack.setState({ model: 'asking' });
  await session.chooseBackend('wasm');
  await session.chooseVariant('fp32');
  expect(session.pack.getState()).toMatchObject({ model: 'asking', choice: 'wasm', variant: 'fp32' });
  expect(client.load).not.toHaveBeenCalled();
  session.pack.setState({ model: 'failed' });
  void session.chooseBackend('webgpu');
  await tick();
  expect(session.pack.getState()).toMatchObject({ model: 'loading', choice: 'webgpu' });
});
