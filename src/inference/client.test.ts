import * as Comlink from 'comlink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { InferenceClient } from './client.ts';
import type { OnWorkerEvent, Result } from '../../workers/messages.ts';
import { say } from '../../engine/phrase.ts';

/** A worker's two ends in one thread: the page's end looks like a `Worker`, the other serves `service`. */
class FakeWorker extends EventTarget {
  readonly #channel = new MessageChannel();
  terminated = false;

  constructor(service: object) {
    super();
    Comlink.expose(service, this.#channel.port2 as unknown as Comlink.Endpoint);
    this.#channel.port1.addEventListener('message', (event) => {
      this.dispatchEvent(Object.assign(new Event('message'), { data: (event as MessageEvent).data, ports: (event as MessageEvent).ports }));
    });
    this.#channel.port1.start();
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    if (!this.terminated) this.#channel.port1.postMessage(message, transfer as never);
  }

  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}

const ok = <T>(value: T): Result<T> => ({ ok: true, value });
const never = () => new Promise<never>(() => undefined);

function fakeService(overrides: Record<string, unknown> = {}) {
  const service = {
    notify: (() => undefined) as OnWorkerEvent,
    connect(notify: OnWorkerEvent) { service.notify = notify; },
    async load() {
      await service.notify({ kind: 'progress', progress: { stage: 'weights', loaded: 1, total: 2, label: 'a.bin' } });
      return ok({ backend: 'wasm' });
    },
    async generate() {
      await service.notify({ kind: 'events', image: 0, events: [] });
      return ok([{ complete: true }]);
    },
    async stop() { /* replaced where it matters */ },
    async paint() { return ok({ size: 1, cells: 1 }); },
    ...overrides,
  };
  return service;
}

const clients: InferenceClient[] = [];
afterEach(() => { for (const client of clients.splice(0)) client.dispose(); });

function make(...services: object[]) {
  const workers: FakeWorker[] = [];
  const client = new InferenceClient({
    spawn: () => {
      const worker = new FakeWorker(services[Math.min(workers.length, services.length - 1)]!);
      workers.push(worker);
      return worker as unknown as Worker;
    },
    loadStallMs: 400, runStallMs: 400, graceMs: 80,
  });
  clients.push(client);
  return { client, workers };
}

const request = { manifestUrl: 'x', backend: 'auto' as const };
const picture = { class: 0, seed: 1, settings: {} as never };
const ignore = () => undefined;
const load = (client: InferenceClient) => client.load(request, ignore);
const generate = (client: InferenceClient) => client.generate([picture], ignore, ignore);

describe('InferenceClient', () => {
  test('makes no worker before the first load', async () => {
    const { client, workers } = make(fakeService());
    expect(await generate(client)).toMatchObject({ ok: false, code: 'not-loaded' });
    expect(workers).toHaveLength(0);
    const onProgress = vi.fn();
    expect(await client.load(request, onProgress)).toMatchObject({ ok: true });
    expect(onProgress).toHaveBeenCalledWith(expect.objectContaining({ label: 'a.bin' }));
    expect(client.loaded).toBe(true);
  });

  test('a worker that the browser refuses to make is a failure with its reason, and the next load tries anew', async () => {
    const spawn = vi.fn<() => Worker>(() => { throw new TypeError('This document requires TrustedScriptURL'); });
    const client = new InferenceClient({ spawn });
    clients.push(client);
    for (const times of [1, 2]) {
      expect(await load(client)).toMatchObject({ ok: false, code: 'worker-lost', message: { template: expect.stringContaining('could not be started') }, detail: { values: [expect.stringContaining('TrustedScriptURL')] } });
      expect(spawn).toHaveBeenCalledTimes(times);
    }
  });

  test('a worker whose script never comes is told from one that breaks', async () => {
    const { client, workers } = make({});
    const loading = load(client);
    workers[0]!.dispatchEvent(new Event('error'));
    expect(await loading).toMatchObject({ code: 'worker-lost', message: { template: expect.stringContaining('could not be started') } });
    const broken = make(fakeService({ load: never }));
    const begun = load(broken.client);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    broken.workers[0]!.dispatchEvent(new Event('error'));
    expect(await begun).toMatchObject({ code: 'worker-lost', message: { template: expect.stringContaining('stopped unexpectedly') } });
  });

  test('events arrive before the result', async () => {
    const { client } = make(fakeService());
    await load(client);
    const order: string[] = [];
    await client.generate([picture], () => order.push('events'), ignore).then(() => order.push('result'));
    expect(order).toEqual(['events', 'result']);
  });

  test('what the page throws when it takes an event is the page\'s: the run goes on', async () => {
    const report = vi.fn();
    const worker = new FakeWorker(fakeService());
    const client = new InferenceClient({ spawn: () => worker as unknown as Worker, report });
    clients.push(client);
    await load(client);
    const error = new TypeError('a view broke');
    expect(await client.generate([picture], () => { throw error; }, ignore)).toMatchObject({ ok: true });
    expect([client.loaded, worker.terminated]).toEqual([true, false]);
    expect(report).toHaveBeenCalledExactlyOnceWith(error);
  });

  test('is free once the run has ended', async () => {
    const service = fakeService();
    const { client } = make(service);
    await load(client);
    const order: string[] = [];
    const run = client.generate([picture], () => order.push('events'), ignore);
    await client.free();
    expect(order).toEqual(['events']);
    await run;
  });

  test('several pictures at once: what comes names its image, and nothing else runs meanwhile', async () => {
    const service = fakeService({
      async generate() {
        await service.notify({ kind: 'events', image: 1, events: [], window: 8 });
        await service.notify({ kind: 'picture', image: 2, picture: { size: 1, cells: 1 } } as never);
        return ok([{ complete: true }]);
      },
    });
    const { client } = make(service);
    await load(client);
    const seen: unknown[] = [];
    const all = client.generate([picture, picture, picture], (image, ...made) => seen.push(['events', image, made]), (image) => seen.push(['picture', image]));
    expect(await generate(client)).toMatchObject({ code: 'busy' });
    expect(await all).toMatchObject({ ok: true });
    expect(seen).toEqual([['events', 1, [[], undefined, 8]], ['picture', 2]]);
  });

  test.each(['attend', 'score', 'tokenize'] as const)('a picture waits for %s; stopped meanwhile it ends at once, as stopped', async (name) => {
    let end: (value: unknown) => void = () => undefined;
    const brief = vi.fn(() => new Promise((resolve) => { end = resolve; }));
    const made = vi.fn(async () => ok([{ complete: true }]));
    const { client } = make(fakeService({ [name]: brief, generate: made }));
    await load(client);
    const ask = { attend: () => client.attend({ tokens: [], starts: [], class: 0 }, ignore), score: () => client.score([], ignore), tokenize: () => client.tokenize(new Float32Array(3), ignore) };
    for (const stopped of [false, true]) {
      const first = ask[name]();
      const picture = generate(client);
      await vi.waitFor(() => expect(brief).toHaveBeenCalledTimes(stopped ? 2 : 1));
      if (stopped) {
        await client.stop();
        expect(await picture, 'at once').toMatchObject({ ok: false, code: 'stopped' });
      }
      end(ok({}));
      expect(await first).toMatchObject({ ok: true });
      if (!stopped) expect(await picture).toMatchObject({ ok: true });
    }
    expect(made).toHaveBeenCalledTimes(1);
  });

  test('brief calls wait for each other, and another pack ends them', async () => {
    const ends: ((value: unknown) => void)[] = [];
    const brief = vi.fn(() => new Promise((resolve) => { ends.push(resolve); }));
    const { client } = make(fakeService({ attend: brief, score: brief }), fakeService());
    await load(client);
    const attended = client.attend({ tokens: [], starts: [], class: 0 }, ignore);
    const scored = client.score([], ignore);
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    ends[0]!(ok({}));
    expect(await attended).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    await load(client);
    expect(await scored).toMatchObject({ ok: false, code: 'aborted' });
    expect(await generate(client)).toMatchObject({ ok: true });
  });

  test('measuring reports how far it is, keeps others out, and aborting asks the worker to stop', async () => {
    let end: (value: unknown) => void = () => undefined;
    const progress = { stage: 'image', done: 0.5, backend: 'wasm', way: 'dynamic', image: 1, of: 3 };
    const service = fakeService({
      async measure() {
        const ended = new Promise((resolve) => { end = resolve; });
        await service.notify({ kind: 'measuring', progress } as never);
        return ended;
      },
      async stop() { end({ ok: false, code: 'aborted', message: say`m` }); },
    });
    const { client } = make(service);
    expect(await client.measure({}, ignore)).toMatchObject({ code: 'not-loaded' });
    await load(client);
    const abort = new AbortController();
    const seen = vi.fn(() => abort.abort());
    const measuring = client.measure({}, seen, abort.signal);
    expect(await generate(client)).toMatchObject({ code: 'busy' });
    expect(await measuring).toMatchObject({ ok: false, code: 'aborted' });
    expect(seen).toHaveBeenCalledWith(progress);
    expect(client.loaded).toBe(true);
  });

  test('a failure of the worker is handed on as it is', async () => {
    const { client } = make(fakeService({ load: async () => ({ ok: false, code: 'shard-missing', message: say`m` }) }));
    expect(await load(client)).toEqual({ ok: false, code: 'shard-missing', message: say`m` });
    expect(client.loaded).toBe(false);
  });

  test.each(['error', 'messageerror'])('a worker lost by "%s" ends the call, and the next load gets a fresh one', async (type) => {
    const { client, workers } = make(fakeService({ generate: never }), fakeService());
    await load(client);
    const run = generate(client);
    workers[0]!.dispatchEvent(new Event(type));
    expect(await run).toMatchObject({ ok: false, code: 'worker-lost' });
    expect(workers[0]!.terminated).toBe(true);
    expect(await load(client)).toMatchObject({ ok: true });
    expect(workers).toHaveLength(2);
  });

  test('a worker lost between two calls is reported by the next one, until it is loaded again', async () => {
    const { client, workers } = make(fakeService());
    await load(client);
    workers[0]!.dispatchEvent(new Event('error'));
    expect(await generate(client)).toMatchObject({ ok: false, code: 'worker-lost' });
    expect(await client.paint([1])).toMatchObject({ ok: false, code: 'worker-lost' });
    expect(workers).toHaveLength(1);
    expect(await load(client)).toMatchObject({ ok: true });
    expect(await generate(client)).toMatchObject({ ok: true });
  });

  test('a silent worker is given up by the watchdog', async () => {
    const { client, workers } = make(fakeService({ load: never }));
    expect(await load(client)).toMatchObject({ ok: false, code: 'timeout' });
    expect(workers[0]!.terminated).toBe(true);
  });

  test('stop asks first', async () => {
    let finish: (value: unknown) => void = ignore;
    const service = fakeService({
      generate: () => new Promise((resolve) => { finish = resolve; }),
      stop: async () => finish(ok([{ complete: false }])),
    });
    const { client, workers } = make(service);
    await load(client);
    const run = generate(client);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.stop();
    expect(await run).toMatchObject({ ok: true, value: [{ complete: false }] });
    expect(workers[0]!.terminated).toBe(false);
  });

  test('stop terminates a run that does not listen', async () => {
    const { client, workers } = make(fakeService({ generate: never, stop: never }));
    await load(client);
    const run = generate(client);
    await client.stop();
    expect(await run).toMatchObject({ ok: false, code: 'stopped' });
    expect(workers[0]!.terminated).toBe(true);
  });

  test('stop leaves a load alone', async () => {
    let finish: (value: unknown) => void = ignore;
    const { client, workers } = make(fakeService({ load: () => new Promise((resolve) => { finish = resolve; }) }));
    const loading = load(client);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.stop();
    finish(ok({}));
    expect(await loading).toMatchObject({ ok: true });
    expect([client.loaded, workers[0]!.terminated]).toEqual([true, false]);
  });

  test('a worker whose GPU was lost before a load is replaced by a fresh one, once', async () => {
    let loads = 0;
    const lost = { ok: false, code: 'worker-lost', message: say`The browser took the GPU away.` };
    const first = fakeService({ load: async () => (++loads === 1 ? ok({}) : lost) });
    const { client, workers } = make(first, fakeService());
    await load(client);
    expect(await load(client)).toMatchObject({ ok: true });
    expect(workers).toHaveLength(2);
    const other = make(fakeService({ load: async () => lost }));
    expect(await load(other.client)).toMatchObject({ ok: false, code: 'worker-lost' });
    expect(other.workers).toHaveLength(1);
  });

  test('aborting a load drops the worker', async () => {
    const { client, workers } = make(fakeService({ load: never }));
    const abort = new AbortController();
    const loading = client.load(request, ignore, abort.signal);
    abort.abort();
    expect(await loading).toMatchObject({ ok: false, code: 'aborted' });
    expect(workers[0]!.terminated).toBe(true);
    expect(await client.load(request, ignore, abort.signal)).toMatchObject({ ok: false, code: 'aborted' });
  });

  test('one run at a time', async () => {
    const { client } = make(fakeService({ generate: never }));
    await load(client);
    void generate(client);
    expect(await generate(client)).toMatchObject({ ok: false, code: 'busy' });
  });

  test('dispose settles what is under way', async () => {
    const { client } = make(fakeService({ generate: never }));
    await load(client);
    const run = generate(client);
    client.dispose();
    expect(await run).toMatchObject({ ok: false, code: 'aborted' });
  });
});
