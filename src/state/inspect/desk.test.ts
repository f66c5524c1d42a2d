import { expect, it, vi } from 'vitest';
import { StudioError } from '../../../engine/errors.ts';
import { english, quote, say } from '../../../engine/phrase.ts';
import type { TokenEvent } from '../../../engine/log.ts';
import { scoredEvents } from '../../../engine/scored.ts';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import type { InferenceClientApi, OnEvents } from '../../inference/client.ts';
import type { Source } from '../../lib/readPicture.ts';
import { createJobs } from '../jobs.ts';
import { measureAlone } from '../measureAlone.ts';
import { createNotices } from '../notices.ts';
import { createPack } from '../pack.ts';
import { createPlayback } from '../playback.ts';
import { askAgain } from '../recovery.ts';
import { createRun } from '../run.ts';
import { createPackSession } from '../session.ts';
import { createSettings } from '../settings.ts';
import { createDesk } from './desk.ts';
import { createDeskState, originalOf } from './deskState.ts';
import { unfamiliar } from './unfamiliar.ts';

vi.mock('../pictures.ts', () => ({ toPainted: () => ({}) }));

const m = tinyManifest();
const tokens = Array.from({ length: 16 }, (_, i) => i % 12);
const entropies = tokens.map((_, i) => (i === 0 ? null : 1));
const source: Source = { image: {} as CanvasImageSource, width: 40, height: 20 };
const later = () => new Promise((resolve) => setTimeout(resolve, 0));

function setup(model: 'ready' | 'idle' = 'ready', read: () => Promise<Source> = async () => source, stopped: () => Promise<void> = async () => undefined) {
  const pack = createPack();
  const run = createRun();
  const settings = createSettings();
  settings.init(m);
  const scored = scoredEvents(tokens, entropies, m.defaults, 4).map((event): TokenEvent => ({ ...event, logprob: -1, alternatives: [[event.token, 0.4]] }));
  const client = {
    tokenize: vi.fn(async () => ({ ok: true, value: { tokens, psnr: 30, reconstruction: { rgba: new Uint8ClampedArray(), size: 16, cells: 16 } } })),
    score: vi.fn(async () => ({ ok: true, value: entropies })),
    generate: vi.fn(async (_requests: unknown[], onEvents: OnEvents) => {
      onEvents(0, scored);
      return { ok: true, value: [{ complete: true }] };
    }),
    stop: vi.fn(async () => undefined),
  };
  const ready = () => pack.setState({ manifest: m, model: 'ready', report: { variant: 'fp32', backend: 'wasm' } as never });
  if (model === 'ready') ready();
  else pack.setState({ manifest: m, model: 'idle' });
  const loadModel = vi.fn(async () => undefined);
  const cut = vi.fn(() => ({ rgba: new Uint8ClampedArray(4 * 256).fill(255), image: {} as HTMLCanvasElement }));
  const said = vi.fn(() => 1);
  const ask = vi.fn();
  const settle = vi.fn<(others?: object) => Promise<void>>(async () => undefined);
  const jobs = createJobs({ now: () => 0 });
  const comeBack = vi.fn(async () => undefined);
  const idle = vi.fn(async () => undefined);
  const desk = createDesk({
    store: createDeskState(), session: { jobs, client: () => client as unknown as InferenceClientApi, load: loadModel, pack, stopped, settle, ask: (_, question) => askAgain(question, comeBack), idle }, settings, toast: { say: said },
    view: { run, playback: createPlayback(() => run.getState().count), edit: { ask } }, read, cut,
  });
  return { desk, run, jobs, client, pack, ready, loadModel, comeBack, idle, cut, said, ask, settle };
}
const file = new Blob(['x']);

it('a picture becomes a run whose tokens are all given, then its probabilities follow', async () => {
  const { desk, run, client, cut } = setup();
  await desk.open(file, 'photo.jpg');
  expect(cut).toHaveBeenCalledWith(source, { x: 10, y: 0, size: 20 }, 16);
  expect(run.getState()).toMatchObject({ origin: 'given', phase: 'complete', title: quote('photo.jpg'), header: { class: 3, given: tokens, settings: { guidance: 1, topP: 1 } } });
  expect(client.generate.mock.calls[0]![0][0]).toMatchObject({ class: 3, given: tokens });
  expect(run.getState().events[2]).toMatchObject({ source: 'given', logprob: -1 });
  expect(desk.getState()).toMatchObject({ phase: 'done', psnr: 30, problem: null });
});

it('whatever else asks the model, as a measurement does, has ended before', async () => {
  const { desk, client, settle } = setup();
  await desk.open(file, 'photo.jpg');
  expect(settle.mock.calls).toEqual([[{ except: desk }]]);
  expect(settle.mock.invocationCallOrder[0]).toBeLessThan(client.tokenize.mock.invocationCallOrder[0]!);
});

it('an edit that had to wait for the probabilities is asked about after them', async () => {
  const { desk, client, ask } = setup();
  await desk.open(file, 'photo.jpg');
  expect(ask).toHaveBeenCalledOnce();
  expect(ask.mock.invocationCallOrder[0]).toBeGreaterThan(client.generate.mock.invocationCallOrder[0]!);
});

it('a picture without a file name has one of the page, in its language', async () => {
  const { desk, run } = setup();
  await desk.open(file, '');
  expect([desk.getState().name, run.getState().title]).toEqual([say`The pasted picture`, say`The pasted picture`]);
});

it('a run that it stops, in view or beside it, is not lost without a word', async () => {
  const { desk, jobs, said } = setup();
  await desk.open(file, 'photo.jpg');
  expect(said).not.toHaveBeenCalled();
  jobs.setState({ running: true });
  await desk.open(file, 'another.jpg');
  expect(said).toHaveBeenCalledOnce();
});

it('a picture that is taken away while something else ends is not worked on', async () => {
  let ended = () => {};
  const { desk, client } = setup('ready', async () => source, () => new Promise((resolve) => { ended = () => resolve(undefined); }));
  const opened = desk.open(file, 'photo.jpg');
  await later();
  desk.close();
  ended();
  await opened;
  expect([desk.getState().phase, desk.busy()]).toEqual(['idle', false]);
  expect(client.tokenize).not.toHaveBeenCalled();
});

it.each(['taken away', 'replaced by another run'])('a picture that is %s while its probabilities are computed still counts as work, until it has ended', async (how) => {
  const { desk, run, client } = setup();
  let ended = () => {};
  client.generate.mockImplementation(() => new Promise((resolve) => { ended = () => resolve({ ok: true, value: [{ complete: false }] }); }));
  client.stop.mockImplementation(async () => {
    ended();
    return undefined;
  });
  const opened = desk.open(file, 'photo.jpg');
  await vi.waitFor(() => expect(desk.getState().phase).toBe('probing'));
  if (how === 'taken away') desk.close();
  else run.clear();
  if (how !== 'taken away') expect(desk.busy()).toBe(true);
  await desk.settle();
  await opened;
  expect(client.stop).toHaveBeenCalled();
  expect(desk.busy()).toBe(false);
});

it('waits for the model, asking for it', async () => {
  const { desk, run, ready, loadModel } = setup('idle');
  await desk.open(file, 'photo.jpg');
  expect(desk.getState().phase).toBe('waiting');
  expect(loadModel).toHaveBeenCalledOnce();
  ready();
  await vi.waitFor(() => expect(desk.getState().phase).toBe('done'));
  expect(run.getState().count).toBe(16);
});

it('a picture that waited for the model leaves a run that waited, too, its turn, and does not stop it', async () => {
  const { desk, ready, idle, said, client } = setup('idle');
  let made = () => undefined as void;
  idle.mockImplementationOnce(() => new Promise((resolve) => { made = () => resolve(undefined); }));
  await desk.open(file, 'photo.jpg');
  ready();
  await later();
  expect([desk.getState().phase, client.tokenize.mock.calls.length]).toEqual(['waiting', 0]);
  made();
  await vi.waitFor(() => expect(desk.getState().phase).toBe('done'));
  expect(said).not.toHaveBeenCalled();
});

it('a file that is no picture is explained and leaves the run in view alone', async () => {
  const { desk, run } = setup('ready', () => Promise.reject(new StudioError('bad-argument', say`notes.txt cannot be read as a picture here.`)));
  await desk.open(file, 'notes.txt');
  expect(desk.getState()).toMatchObject({ phase: 'failed', problem: { code: 'bad-argument', message: { template: expect.stringContaining('notes.txt') } } });
  expect(run.getState().phase).toBe('empty');
});

it('goes on where the worker was lost meanwhile', async () => {
  const { desk, run, client, comeBack } = setup();
  const lost = { ok: false, code: 'worker-lost', message: say`gone` } as never;
  client.tokenize.mockResolvedValueOnce(lost);
  client.score.mockResolvedValueOnce(lost);
  client.generate.mockImplementationOnce(async (_requests: unknown[], onEvents: OnEvents) => {
    onEvents(0, [{ t: 0 } as TokenEvent]);
    return lost;
  });
  await desk.open(file, 'photo.jpg');
  expect(comeBack).toHaveBeenCalledTimes(3);
  expect(desk.getState()).toMatchObject({ phase: 'done', problem: null });
  expect(run.getState().events.map(({ logprob }) => logprob)).toEqual(tokens.map(() => -1));
});

it('a failing graph is named', async () => {
  const { desk, client } = setup();
  client.score.mockResolvedValueOnce({ ok: false, code: 'shard-missing', message: say`entropy_all is missing.` } as never);
  await desk.open(file, 'photo.jpg');
  expect(desk.getState()).toMatchObject({ phase: 'failed', problem: { code: 'shard-missing' } });
});

it('the crop moves within the picture, the newest one wins', async () => {
  const { desk, cut } = setup();
  await desk.open(file, 'photo.jpg');
  cut.mockClear();
  await Promise.all([3, 7, 99].map((x) => desk.setCrop({ x, y: 5, size: 20 })));
  await later();
  expect(desk.getState().crop).toEqual({ x: 20, y: 0, size: 20 });
  expect(cut).toHaveBeenLastCalledWith(source, { x: 20, y: 0, size: 20 }, 16);
  expect(cut.mock.calls.length).toBeLessThan(3);
});

it('another class means other probabilities', async () => {
  const { desk, client, run } = setup();
  await desk.open(file, 'photo.jpg');
  await desk.setClass(1);
  expect(client.generate.mock.lastCall![0][0]).toMatchObject({ class: 1 });
  expect(run.getState().header).toMatchObject({ class: 1, className: 'Sea or lake' });
});

it('lets go when another run comes into view, which has no original', async () => {
  const { desk, run } = setup();
  await desk.open(file, 'photo.jpg');
  expect(originalOf(desk.getState(), run.getState().id)).toBe(desk.getState().original);
  run.begin(run.getState().header!);
  expect(desk.getState()).toMatchObject({ runId: null, original: {} });
  expect(originalOf(desk.getState(), run.getState().id)).toBeNull();
});

it('says what is unlike the held-out pictures', () => {
  const evaluation = { psnr_by_class: { A: 30, B: 25 } };
  expect(unfamiliar({ evaluation }, 24, 5).map(english)).toEqual([]);
  expect(unfamiliar({ evaluation }, 18, 5).map(english)).toEqual([expect.stringContaining('18.0 dB')]);
  const heldOut = { psnr: { low: 24, high: 44 }, entropy: { low: 3, high: 6 } };
  expect(unfamiliar({ evaluation, heldOut }, 30, 5).map(english)).toEqual([]);
  expect(unfamiliar({ evaluation, heldOut }, 23, 6.5)).toHaveLength(2);
  expect(unfamiliar({ evaluation: {}, heldOut }, 30, 2).map(english)).toEqual([expect.stringContaining('below')]);
  expect(unfamiliar({ evaluation: {} }, 1, 1).map(english)).toEqual([]);
});

it('the picture in view stays when the next file cannot be read; the message is closed in one step', async () => {
  const read = vi.fn(async () => source);
  const { desk, run } = setup('ready', read);
  await desk.open(file, 'photo.jpg');
  const before = run.getState();
  read.mockRejectedValueOnce(new StudioError('bad-argument', say`half.jpg cannot be read.`));
  await desk.open(file, 'half.jpg');
  expect(desk.getState()).toMatchObject({ phase: 'done', name: quote('photo.jpg'), source, psnr: 30, problem: { message: say`half.jpg cannot be read.` } });
  expect(run.getState()).toBe(before);
  desk.forget();
  expect(desk.getState()).toMatchObject({ phase: 'done', name: quote('photo.jpg'), problem: null });
});

it('entropies stay where the probabilities come from a decoder that needs none', async () => {
  const { desk, run, client } = setup();
  const plain = client.generate.getMockImplementation()!;
  client.generate.mockImplementation((requests, onEvents) => plain(requests, (image, events) => onEvents(image, events.map((event) => ({ ...event, entropy: null })))));
  await desk.open(file, 'photo.jpg');
  expect(run.getState().events.map(({ entropy }) => entropy)).toEqual(entropies);
  expect(run.getState().events[2]).toMatchObject({ logprob: -1 });
});

it('a measurement waits for the probabilities of a picture, which stays in view', async () => {
  const scored = scoredEvents(tokens, entropies, m.defaults, 4).map((event): TokenEvent => ({ ...event, logprob: -1, alternatives: [[event.token, 0.4]] }));
  let end!: (complete: boolean) => void;
  const client = {
    loaded: true,
    load: vi.fn(async () => ({ ok: true, value: { packHash: 'hash', variant: 'fp32', backend: 'wasm', bytes: { total: 0, fromCache: 0 }, ms: 0, stored: 'stored' } })),
    tokenize: vi.fn(async () => ({ ok: true, value: { tokens, psnr: 30, reconstruction: { rgba: new Uint8ClampedArray(), size: 16, cells: 16 } } })),
    score: vi.fn(async () => ({ ok: true, value: entropies })),
    generate: vi.fn((_requests: unknown[], onEvents: OnEvents) => new Promise((resolve) => {
      end = (complete) => { onEvents(0, complete ? scored : scored.slice(0, 3)); resolve({ ok: true, value: [{ complete }] }); };
    })),
    stop: vi.fn(async () => end(false)),
    measure: vi.fn(async () => ({ ok: true, value: {} })),
  };
  const session = createPackSession({ connect: () => client as unknown as InferenceClientApi, notices: createNotices(), now: () => 0 });
  session.use({ name: m.name, manifestUrl: 'https://studio.test/models/tiny/manifest.json', manifest: m, hash: 'hash' });
  await session.load();
  const run = createRun();
  const settings = createSettings();
  settings.init(m);
  const desk = createDesk({
    store: createDeskState(), session, settings, toast: { say: () => 1 }, view: { run, playback: createPlayback(() => run.getState().count), edit: { ask: vi.fn() } }, read: async () => source,
    cut: () => ({ rgba: new Uint8ClampedArray(4 * 256).fill(255), image: {} as HTMLCanvasElement }),
  });
  session.addAsker(desk);
  void desk.open(file, 'photo.jpg');
  await vi.waitFor(() => expect(desk.getState().phase).toBe('probing'));
  const answer = measureAlone(session, { client: client as never, request: {}, onProgress: () => undefined, abort: new AbortController(), free: () => undefined });
  await later();
  end(true);
  expect(await answer).toMatchObject({ ok: true });
  await later();
  expect(run.getState().events[2]!.logprob).toBe(-1);
});
