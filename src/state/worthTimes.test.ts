import { expect, it, vi } from 'vitest';
import { tinyGptManifest, tinyManifest } from '../../engine/testing/manifest.ts';
import type { DeviceMeasurement, Measured, MeasureRequest, Way } from '../../workers/messages.ts';
import type { PackSession, Asker } from './session.ts';
import { createPack } from './pack.ts';
import { createWorthTimes, timesOf } from './worthTimes.ts';
import { say } from '../../engine/phrase.ts';

const image = (way: Way, ms: number, tokens = 16): Measured => ({ backend: 'wasm', way, ms, patches: 8, passes: tokens, graphs: {}, stages: {}, tokens: Array<number>(tokens).fill(0) });

it('takes the median over the images of a way; an image that was cut short counts in proportion', () => {
  const times = timesOf([image('dynamic', 100), image('dynamic', 300), image('dynamic', 120), image('static', 90), image('gpt', 800, 8), image('single', 1)], 16)!;
  expect(times).toEqual({ backend: 'wasm', ways: {
    dynamic: { ms: 120, low: 110, high: 210, estimated: false }, static: { ms: 90, low: 90, high: 90, estimated: false }, plain: { ms: 1600, low: 1600, high: 1600, estimated: true },
  } });
  expect(timesOf([], 16)).toBeNull();
});

function setup(answer: (request: MeasureRequest, signal: AbortSignal) => Promise<unknown>) {
  const askers = new Set<Asker>();
  const pack = createPack();
  const report = { packHash: 'hash', variant: 'fp32', backend: 'wasm' } as never;
  pack.setState({ manifest: tinyManifest(), model: 'ready', report });
  const measure = vi.fn((request: MeasureRequest, _progress: unknown, signal: AbortSignal) => answer(request, signal));
  const client = { measure };
  const [settle, comeBack, free] = [vi.fn(async () => undefined), vi.fn(async () => undefined), vi.fn()];
  const addAsker = (asker: Asker) => { askers.add(asker); return () => askers.delete(asker); };
  const session = { pack, client: () => client, settle, comeBack, addAsker } as unknown as PackSession;
  return { times: createWorthTimes(session, 'https://studio.test/', free), pack, measure, client, settle, comeBack, free, askers };
}
const measured = { measured: [image('dynamic', 50), image('gpt', 100)], failures: [] } as unknown as DeviceMeasurement;

it('measures the three ways on the loaded pack, and shows them only while that very pack is loaded the same way', async () => {
  const { times, pack, measure } = setup(async () => ({ ok: true, value: measured }));
  expect([times.ready(tinyManifest()), times.ready(tinyGptManifest()), times.current()]).toEqual([true, false, null]);
  await times.measure(tinyGptManifest());
  expect(measure.mock.calls[0]![0]).toEqual({ only: ['dynamic', 'static', 'gpt'], baseline: { manifestUrl: expect.stringContaining(`models/${tinyGptManifest().name}/`) as string } });
  expect(times.current()).toMatchObject({ backend: 'wasm', ways: { dynamic: { ms: 50 }, plain: { ms: 100 } } });
  pack.setState({ report: { ...pack.getState().report!, backend: 'webgpu' } });
  expect(times.current()).toBeNull();
});

it('a run that is asked for ends the measurement and waits for its end', async () => {
  const { times, askers, measure } = setup((_request, signal) => new Promise((resolve) => { signal.addEventListener('abort', () => resolve({ ok: false, code: 'aborted', message: say`ended` })); }));
  void times.measure(null);
  await vi.waitFor(() => expect(measure).toHaveBeenCalledOnce());
  expect(times.getState().running).toEqual({ progress: null });
  await Promise.all([...askers].map((asker) => asker.settle()));
  expect([askers.size, times.getState(), times.current()]).toEqual([0, { running: null, failure: null, measured: null }, null]);
});

it('whatever else asks the model has ended before, and is told when it is free again', async () => {
  const { times, settle, measure, free, askers } = setup(async () => ({ ok: true, value: measured }));
  let ended!: () => void;
  settle.mockImplementation(() => new Promise<undefined>((resolve) => { ended = () => resolve(undefined); }));
  const all = times.measure(null);
  expect([measure.mock.calls.length, settle.mock.calls]).toEqual([0, [[{ except: [...askers][0], wait: true }]]]);
  ended();
  await all;
  await vi.waitFor(() => expect([measure.mock.calls.length, free.mock.calls.length, askers.size]).toEqual([1, 1, 0]));
});

it('called off while it waits for what asks the model, it does not begin, and holds nobody up', async () => {
  const { times, settle, measure, askers } = setup(async () => ({ ok: true, value: measured }));
  let ended!: () => void;
  settle.mockImplementationOnce(() => new Promise<undefined>((resolve) => { ended = () => resolve(undefined); }));
  const first = times.measure(null);
  await Promise.all([...askers].map((asker) => asker.settle()));
  expect([askers.size, times.getState().running]).toEqual([0, null]);
  await times.measure(null);
  ended();
  await first;
  expect([measure.mock.calls.length, times.current()?.ways.dynamic?.ms]).toEqual([1, 50]);
});

it('what goes wrong is reported, and its worker comes back', async () => {
  const { times, comeBack, client } = setup(async () => ({ ok: false, code: 'worker-lost', message: say`The model crashed.` }));
  await times.measure(null);
  expect(times.getState()).toMatchObject({ running: null, failure: say`The model crashed.` });
  expect(comeBack.mock.calls).toEqual([[client]]);
});
