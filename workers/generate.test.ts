import { expect, test } from 'vitest';
import { digest, startsOf, tokensOf, type TokenEvent } from '../engine/log.ts';
import { decodeGraphs } from '../engine/decode-graphs.ts';
import { fakeRunner, FakeTensor } from '../engine/testing/fake-runner.ts';
import { DependentGraphs, tinyGptManifest } from '../engine/testing/manifest.ts';
import { StudioError } from '../engine/errors.ts';
import type { BatchGraphs, DecodeGraphs } from '../engine/graphs.ts';
import { generate } from './generate.ts';
import type { GenerateRequest, WorkerEvent } from './messages.ts';
import type { Model } from './model.ts';
import { toPicture } from './picture.ts';
import { quote, say } from '../engine/phrase.ts';

const manifest = { ...tinyGptManifest(), batch: 4 };
const TOKENS = manifest.grid.tokens;

/** Logits that depend on the last token of each image; caches stay empty. */
const { runner } = fakeRunner('replaced', ({ call, read }) => {
  const tokens = read.token!.data;
  const logits = Array.from(read.seqlens_k!.data, (slot, row) => Array.from({ length: manifest.vocab }, (_, k) => 2 * Math.sin((tokens[row % tokens.length]! + 1) * (k + 1) + slot))).flat();
  const presents = call.caches.map(({ present, tensor }) => [present, new FakeTensor((tensor as FakeTensor).data, tensor.dims)]);
  return { ...Object.fromEntries(presents), logits: new FakeTensor(Float32Array.from(logits), [logits.length]) };
});
const size = manifest.image.size;
const model = { graphs: decodeGraphs(runner, manifest), pictures: { decode: async () => new Float32Array(3 * size * size) }, pack: { manifest }, neutral: 0, window: 1 } as unknown as Model;
const request = (seed: number): GenerateRequest => ({ class: 1, seed, settings: manifest.defaults });

/** Graphs whose passes of several positions fail from the third one on. */
class FailingGraphs extends DependentGraphs {
  #several = false;
  #passes = 0;

  override begin(...batch: Parameters<DecodeGraphs['begin']>): BatchGraphs {
    this.#several = batch[2] > 1;
    return super.begin(...batch);
  }

  override async decoderStep(...steps: Parameters<BatchGraphs['decoderStep']>): ReturnType<BatchGraphs['decoderStep']> {
    if (this.#several && ++this.#passes > 2) throw new StudioError('graph-failed', say`The graph gpt_window failed.`, quote('no such kernel'));
    return super.decoderStep(...steps);
  }
}

async function make(requests: GenerateRequest[], stopAfter = Infinity) {
  const abort = new AbortController();
  const notices: WorkerEvent[] = [];
  let steps = 0;
  const reports = await generate(model, requests, {
    signal: abort.signal, report: (notice) => notices.push(notice), gpuMemory: () => null, check: () => undefined, lossKnown: async () => undefined,
    breathe: async () => {
      if (++steps >= stopAfter) abort.abort();
    },
  });
  const events: TokenEvent[][] = requests.map(() => []);
  for (const notice of notices) if (notice.kind === 'events') events[notice.image]!.push(...notice.events);
  const cells = requests.map((_, image) => notices.flatMap((notice) => (notice.kind === 'picture' && notice.image === image ? [notice.picture.cells] : [])).at(-1));
  return { reports, events, cells };
}

test('every image sends its events once and in order, ends with a whole picture, and is the picture of its seed', async () => {
  const { reports, events, cells } = await make([1, 2, 3].map(request));
  for (const [image, own] of events.entries()) {
    expect(own.map(({ t }) => t)).toEqual(Array.from({ length: TOKENS }, (_, t) => t));
    expect(reports[image]).toMatchObject({ complete: true, tokens: TOKENS, digest: digest(tokensOf(own), startsOf(own), manifest.grid.width) });
    expect(cells[image]).toBe(TOKENS);
    expect((await make([request(image + 1)])).reports[0]!.digest).toBe(reports[image]!.digest);
  }
  expect(new Set(reports.map((report) => report.digest)).size).toBe(3);
});

test.each([['fast', 0], ['slow', 60_000]])('the finished picture of a %s painter is the tokenizer\'s own, of all tokens', async (_, paintMs) => {
  const painted: number[][] = [];
  const decode = async (tokens: Int32Array) => {
    painted.push([...tokens]);
    return new Float32Array(3 * size * size).fill(painted.length);
  };
  const notices: WorkerEvent[] = [];
  await generate({ ...model, paintMs, pictures: { ...model.pictures, decode } } as unknown as Model, [request(1)], {
    signal: new AbortController().signal, report: (notice) => notices.push(notice), gpuMemory: () => null, check: () => undefined, lossKnown: async () => undefined, breathe: async () => undefined,
  });
  const tokens = notices.flatMap((notice) => (notice.kind === 'events' ? tokensOf(notice.events) : []));
  const pictures = notices.flatMap((notice) => (notice.kind === 'picture' ? [notice.picture] : []));
  expect(painted.at(-1)).toEqual(tokens);
  expect(pictures.at(-1)).toEqual(toPicture(new Float32Array(3 * size * size).fill(painted.length), size, manifest.grid.width));
  if (paintMs > 0) expect(pictures).toHaveLength(1);
});

test('stopping keeps what each image has; taken up again, an image sends only what is new', async () => {
  const before = await make([4, 5].map(request), 6);
  expect(before.reports.map(({ complete, tokens }) => [complete, tokens])).toEqual([[false, before.events[0]!.length], [false, before.events[1]!.length]]);
  const resume = before.events[0]!.map(({ token, entropy }) => ({ token, entropy }));
  expect(resume.length).toBeGreaterThan(3);
  const after = await make([{ ...request(4), resume }, request(6)]);
  expect(after.events[0]!.map(({ t }) => t)[0]).toBe(resume.length);
  expect(after.events[1]).toHaveLength(TOKENS);
  expect(after.reports[0]!.digest).toBe((await make([request(4)])).reports[0]!.digest);
});

const context = { signal: new AbortController().signal, gpuMemory: () => null, check: () => undefined, lossKnown: async () => undefined, breathe: async (): Promise<void> => undefined };

/** What came of requests on one model: reports, events of all tokens sent, all messages, and those that windows failed. */
async function on(used: Model, requests: GenerateRequest[], more: Partial<typeof context> = {}) {
  const notices: WorkerEvent[] = [];
  const reports = await generate(used, requests, { ...context, ...more, report: (notice) => notices.push(notice) });
  const events = notices.flatMap((notice) => (notice.kind === 'events' ? notice.events : []));
  return { reports, events, notices, said: notices.filter(({ kind }) => kind === 'one-a-pass') };
}

test('stopped on the way to where it was, a run has its longer picture already', async () => {
  const { events: [before] } = await make([request(1)]);
  const resume = before!.slice(0, TOKENS - 2).map(({ token, entropy }) => ({ token, entropy }));
  const { events: [more], cells: [cells], reports: [report] } = await make([{ ...request(1), resume }], 4);
  expect([more, cells, report!.complete]).toEqual([[], undefined, false]);
});

test('graphs that take one position fail as such, whatever window is asked for', async () => {
  class OneGraphs extends DependentGraphs {
    override readonly mostPositions: number = 1;

    override decoderStep(): Promise<never> {
      return Promise.reject(new StudioError('graph-failed', say`The graph gpt failed.`));
    }
  }
  const asking = { ...request(1), settings: { ...manifest.defaults, window: 8 } };
  const used = { ...model, graphs: new OneGraphs() };
  await expect(on(used, [asking])).rejects.toMatchObject({ code: 'graph-failed' });
  expect(used.oneAPass, 'what failed was no window').toBeFalsy();
});

test.each([['chosen here', 8, undefined], ['asked for', 1, 8]] as const)('graphs that fail with several positions: the run goes on with one, with a notice, to the same tokens; they were %s', async (_, window, asked) => {
  const { reports: [alone] } = await on({ ...model, window: 1, graphs: new DependentGraphs() }, [request(1)]);
  const failing = { ...model, window, graphs: new FailingGraphs() };
  const asking = { ...request(1), settings: { ...manifest.defaults, ...(asked && { window: asked }) } };
  const { reports: [report], events, said } = await on(failing, [asking]);
  expect(report).toMatchObject({ complete: true, digest: alone!.digest });
  expect(said).toEqual([{ kind: 'one-a-pass', reason: quote('no such kernel') }]);
  expect(events.map(({ t }) => t)).toEqual(Array.from({ length: TOKENS }, (_, t) => t));
  // The next run is not made to fail first.
  expect(await on(failing, [asking])).toMatchObject({ reports: [{ digest: alone!.digest }], said: [] });
});

/** The windows of the messages that carry events. */
const windows = (notices: WorkerEvent[]) => [...new Set(notices.flatMap((notice) => (notice.kind === 'events' && notice.events.length > 0 ? [notice.window] : [])))];

test('events say by which window they were settled: that asked for, that chosen here, or one token of each of several images', async () => {
  const settings = { ...manifest.defaults, window: 8 };
  const several = { ...model, window: 4, graphs: new DependentGraphs() };
  expect(windows((await on(several, [request(1)])).notices)).toEqual([4]);
  expect(windows((await on(several, [{ ...request(1), settings }])).notices)).toEqual([8]);
  expect(windows((await on(several, [request(1), request(2)])).notices)).toEqual([1]);
  expect(windows((await on({ ...several, oneAPass: true }, [{ ...request(1), settings }])).notices)).toEqual([1]);
});

test.each([['taken before', 20], ['still to be sent', 0]] as const)('of a run that goes on with one token a pass no window is true where the others settled tokens, %s', async (_, wait) => {
  const breathe = async () => { if (wait > 0) await new Promise((resolve) => { setTimeout(resolve, wait); }); };
  const { notices } = await on({ ...model, paintMs: 60_000, window: 4, graphs: new FailingGraphs() }, [request(1)], { breathe });
  expect(windows(notices)).toEqual(wait > 0 ? [4, null] : [null]);
  const whole = await on({ ...model, window: 1, graphs: new DependentGraphs() }, [request(1)]);
  const resume = whole.events.slice(0, TOKENS - 2).map(({ token, entropy }) => ({ token, entropy }));
  const again = await on({ ...model, window: 4, graphs: new FailingGraphs() }, [{ ...request(1), resume }]);
  expect(windows(again.notices), 'they had only come to what the log held').toEqual([1]);
});

test('graphs that fail in a run that was taken up: what they did not come to is taken from its log all the same', async () => {
  const { events } = await on({ ...model, window: 1, graphs: new DependentGraphs() }, [request(1)]);
  const resume = events.slice(0, TOKENS - 2).map(({ token, entropy }) => ({ token, entropy }));
  // A tie that falls the other way here.
  const last = resume.at(-1)!;
  last.token = (last.token + 1) % manifest.vocab;
  const want = await on({ ...model, window: 1, graphs: new DependentGraphs() }, [{ ...request(1), resume }]);
  const got = await on({ ...model, window: 4, graphs: new FailingGraphs() }, [{ ...request(1), resume }]);
  expect(got.said).toHaveLength(1);
  expect(got.reports[0]!.digest).toBe(want.reports[0]!.digest);
  expect(tokensOf(got.events)).toEqual(tokensOf(want.events));
});

test.each([['has', 20], ['has not', 0]] as const)('a run that goes on with one token a pass, stopped on the way to where it was, sends what the page %s yet, and no shorter picture', async (_, wait) => {
  const abort = new AbortController();
  const notices: WorkerEvent[] = [];
  let again = -1;
  const [report] = await generate({ ...model, paintMs: 60_000, window: 4, graphs: new FailingGraphs() }, [request(1)], {
    ...context, signal: abort.signal,
    report: (notice) => {
      notices.push(notice);
      if (notice.kind === 'one-a-pass') again = 0;
    },
    breathe: async () => {
      if (again < 0) await new Promise((resolve) => setTimeout(resolve, wait)); // longer than events wait to be sent
      else if (++again === 1) abort.abort();
    },
  });
  const events = notices.flatMap((notice) => (notice.kind === 'events' ? notice.events : []));
  const cells = notices.flatMap((notice) => (notice.kind === 'picture' ? [notice.picture.cells] : []));
  expect([report!.complete, report!.tokens]).toEqual([false, 1]);
  expect(events.map(({ t }) => t)).toEqual(events.map((_event, t) => t));
  if (wait > 0) expect(events.length).toBeGreaterThan(1);
  else expect(events).toHaveLength(1);
  expect(cells).toEqual(wait > 0 ? [] : [1]);
});
