import { expect, it, vi } from 'vitest';
import { say } from '../../engine/phrase.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import { measureAlone } from './measureAlone.ts';
import { createNotices } from './notices.ts';
import { createPackSession, type Asker, type PackSession } from './session.ts';
import { tick } from './testing/studioSite.ts';

it('the answer is there at once, and who waits for the model waits until its worker is back', async () => {
  let back!: () => void;
  const comeBack = vi.fn(() => new Promise<void>((resolve) => { back = resolve; }));
  const askers = new Set<Asker>();
  const session: Pick<PackSession, 'settle' | 'addAsker' | 'comeBack'> = {
    comeBack, settle: async () => undefined,
    addAsker: (asker) => { askers.add(asker); return () => void askers.delete(asker); },
  };
  const client = { measure: async () => ({ ok: false, code: 'worker-lost', message: say`The model crashed.` }) } as unknown as InferenceClientApi;
  const free = vi.fn();
  const answer = measureAlone(session, { client, request: {}, onProgress: () => undefined, abort: new AbortController(), free });
  const [asker] = askers;
  expect(await answer).toMatchObject({ ok: false, code: 'worker-lost' });
  const waited = vi.fn();
  void asker!.settle().then(waited);
  await vi.waitFor(() => expect(comeBack).toHaveBeenCalledWith(client));
  expect([askers.size, free.mock.calls.length, waited.mock.calls.length]).toEqual([1, 0, 0]);
  back();
  await vi.waitFor(() => expect([askers.size, free.mock.calls.length, waited.mock.calls.length]).toEqual([0, 1, 1]));
});

const session = () => createPackSession({ connect: () => ({}) as never, notices: createNotices(), now: () => 0 });
function measuring() {
  const own = session();
  let answered!: () => void;
  const edit = new Promise<void>((resolve) => { answered = resolve; });
  own.addAsker({ busy: () => true, settle: () => edit });
  const measure = vi.fn(async (_r: unknown, _p: unknown, signal: AbortSignal) => new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ ok: false, code: 'aborted', message: say`stopped` }));
    setTimeout(() => resolve({ ok: true, value: 'figures' }), 30);
  }));
  const start = () => {
    const abort = new AbortController();
    return { abort, answer: measureAlone(own, { client: { loaded: true, measure } as never, request: {}, onProgress: () => undefined, abort, free: () => undefined }) };
  };
  return { start, answered, measure };
}

it('cancelled while it waits and started again, the second measures', async () => {
  const { start, answered, measure } = measuring();
  const first = start();
  await tick();
  first.abort.abort();
  expect(await first.answer).toMatchObject({ code: 'aborted' });
  await tick();
  const second = start();
  await tick();
  answered();
  expect(await second.answer).toMatchObject({ ok: true });
  expect(measure).toHaveBeenCalledOnce();
});

it('of two that wait, one measures', async () => {
  const { start, answered } = measuring();
  const first = start();
  await tick();
  const second = start();
  await tick();
  answered();
  const all = await Promise.all([first.answer, second.answer]);
  expect(all.filter(({ ok }) => ok)).toHaveLength(1);
});
