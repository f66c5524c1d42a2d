import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StudioError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { DependentGraphs, tinyManifest } from '../engine/testing/manifest.ts';
import { InferenceService } from './inference-service.ts';
import type { GenerateRequest, LoadRequest, WorkerEvent } from './messages.ts';
import type { Model, openModel } from './model.ts';
import { FakeDevice, outOfGpuMemory, refusedByGpu } from './testing/fake-gpu.ts';

const { open, close } = vi.hoisted(() => ({ open: vi.fn(), close: vi.fn(async () => undefined) }));
vi.mock('./model.ts', () => ({ openModel: open, closeModel: close }));

const manifest = tinyManifest();
const { size } = manifest.image;
const { tokens } = manifest.grid;
const source = (backend: LoadRequest['backend']): LoadRequest => ({ manifestUrl: 'https://packs.test/manifest.json', backend });
const request: GenerateRequest = { class: 1, seed: 1, settings: manifest.defaults };
const report = { adapter: null };

function modelOn(backend: 'wasm' | 'webgpu', graphs = new DependentGraphs()): Model {
  const pictures = { decode: async () => new Float32Array(3 * size * size), encode: async () => new Int32Array(tokens), entropyAll: async () => Float32Array.from({ length: tokens }, (_, i) => i || Infinity) };
  return { backend, graphs, pictures, window: 1, neutral: 0, paintMs: 60_000, pack: { manifest, graphs: new Map([['entropy_all', {}], ['tokenizer_encoder', {}]]) } } as unknown as Model;
}

/** A service with a model, and the device that it watches where one was asked for. */
async function loaded(backend: 'wasm' | 'webgpu', graphs?: DependentGraphs, asked: LoadRequest['backend'] = backend) {
  const device = new FakeDevice();
  open.mockImplementation(async (...[, , , , watch]: Parameters<typeof openModel>) => {
    if (asked !== 'wasm') watch!(device.gpu);
    return { model: modelOn(backend, graphs), report };
  });
  const service = new InferenceService();
  expect(await service.load(source(asked))).toEqual({ ok: true, value: report });
  return { service, device };
}

/** Graphs whose decoder waits until it is let on. */
class WaitingGraphs extends DependentGraphs {
  reached: Promise<void>;
  goOn: (how?: Error) => void = () => undefined;
  #reach: () => void = () => undefined;
  readonly #gate = new Promise<void>((resolve, reject) => { this.goOn = (error) => (error ? reject(error) : resolve()); });

  constructor() {
    super();
    this.reached = new Promise((resolve) => { this.#reach = resolve; });
  }

  override async decoderStep(...steps: Parameters<DependentGraphs['decoderStep']>) {
    this.#reach();
    await this.#gate;
    return super.decoderStep(...steps);
  }
}

beforeEach(() => {
  open.mockReset();
  close.mockClear();
});
afterEach(() => vi.restoreAllMocks());

test('before a model is loaded, every call says so', async () => {
  const service = new InferenceService();
  const calls = [service.generate([request]), service.paint([]), service.tokenize(new Float32Array(0)), service.score([]), service.measure({})];
  for (const call of calls) expect(await call).toMatchObject({ ok: false, code: 'not-loaded' });
});

test('a load closes the model before, also where it fails itself', async () => {
  const { service } = await loaded('wasm');
  expect(close).not.toHaveBeenCalled();
  open.mockRejectedValueOnce(new StudioError('unreachable', say`gone`));
  expect(await service.load(source('wasm'))).toMatchObject({ ok: false, code: 'unreachable' });
  expect(close).toHaveBeenCalledTimes(1);
  expect(await service.generate([request])).toMatchObject({ code: 'not-loaded' });
});

test('one run at a time: a second is refused, stop ends the first, and then there is room again', async () => {
  const graphs = new WaitingGraphs();
  const { service } = await loaded('wasm', graphs);
  const first = service.generate([request]);
  await graphs.reached;
  expect(await service.generate([request])).toMatchObject({ ok: false, code: 'busy' });
  expect(await service.measure({})).toMatchObject({ ok: false, code: 'busy' });
  service.stop();
  graphs.goOn();
  const stopped = await first;
  expect(stopped).toMatchObject({ ok: true, value: [{ complete: false }] });
  expect(await service.generate([request])).toMatchObject({ ok: true, value: [{ complete: true, tokens }] });
});

test('a result leaves after the page has taken the last event', async () => {
  const { service } = await loaded('wasm');
  const seen: string[] = [];
  let taken: () => void = () => undefined;
  service.connect(({ kind }: WorkerEvent) => {
    seen.push(kind);
    return new Promise<void>((resolve) => { taken = resolve; });
  });
  const run = service.generate([request]).then(() => seen.push('result'));
  await vi.waitFor(() => expect(seen.at(-1)).toBe('picture'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen).not.toContain('result');
  taken();
  await run;
  expect(seen.at(-1)).toBe('result');
});

test('a picture that the page could not show takes nothing from the run', async () => {
  const { service } = await loaded('wasm');
  service.connect(async ({ kind }: WorkerEvent) => {
    if (kind === 'picture') throw new TypeError('no context to draw on');
  });
  expect(await service.generate([request])).toMatchObject({ ok: true, value: [{ complete: true, tokens }] });
});

test('a lost device ends a run that would wait for ever, and all that come after', async () => {
  const graphs = new WaitingGraphs();
  const { service, device } = await loaded('webgpu', graphs);
  const run = service.generate([request]);
  await graphs.reached;
  device.lose('driver reset');
  expect(await run).toMatchObject({ ok: false, code: 'worker-lost', detail: { values: ['driver reset'] } });
  expect(await service.paint([1])).toMatchObject({ ok: false, code: 'worker-lost' });
});

test('what fails shortly before the loss is reported fails by the loss', async () => {
  const graphs = new WaitingGraphs();
  const { service, device } = await loaded('webgpu', graphs);
  const run = service.generate([request]);
  await graphs.reached;
  graphs.goOn(new Error('mapAsync failed'));
  setTimeout(() => device.lose('driver reset'), 20);
  expect(await run).toMatchObject({ ok: false, code: 'worker-lost', detail: { values: [expect.stringContaining('mapAsync failed')] } });
});

test('a pass of several tokens that fails shortly before the loss is reported says nothing of several tokens', async () => {
  const graphs = new WaitingGraphs();
  const { service, device } = await loaded('webgpu', graphs);
  const said: WorkerEvent['kind'][] = [];
  service.connect((event) => said.push(event.kind));
  const run = service.generate([{ ...request, settings: { ...request.settings, window: 8 } }]);
  await graphs.reached;
  graphs.goOn(new StudioError('graph-failed', say`The GPU gave no answer.`));
  setTimeout(() => device.lose('driver reset'), 20);
  expect(await run).toMatchObject({ ok: false, code: 'worker-lost' });
  expect(said).not.toContain('one-a-pass');
});

test.each([['webgpu', true], ['wasm', false]] as const)('a failure on %s is kept as it is; the report of a loss is waited for: %s', async (backend, waits) => {
  const graphs = new WaitingGraphs();
  const { service } = await loaded(backend, graphs);
  const run = service.generate([request]);
  await graphs.reached;
  const timer = vi.spyOn(globalThis, 'setTimeout');
  graphs.goOn(new StudioError('graph-failed', say`no such kernel`));
  expect(await run).toMatchObject({ ok: false, code: 'graph-failed', message: { template: 'no such kernel' } });
  expect(timer.mock.calls.some(([, ms]) => ms === 200)).toBe(waits);
});

test('a device that is lost while a model loads ends the load', async () => {
  const device = new FakeDevice();
  open.mockImplementation((...[, , , , watch]: Parameters<typeof openModel>) => {
    watch!(device.gpu);
    device.lose('gone');
    return new Promise(() => undefined);
  });
  expect(await new InferenceService().load(source('auto'))).toMatchObject({ ok: false, code: 'worker-lost' });
});

test('what a GPU without memory answers is not taken', async () => {
  const { service, device } = await loaded('webgpu');
  device.fail(refusedByGpu()); // says nothing of memory
  expect(await service.paint([1])).toMatchObject({ ok: true });
  device.fail(outOfGpuMemory());
  expect(await service.paint([1])).toMatchObject({ ok: false, code: 'out-of-memory', message: { template: expect.stringContaining('not enough memory') } });
});

test.each(['lost', 'without memory'] as const)('a GPU that is %s is nothing to a model on the processor: what fails there fails by its own reason', async (how) => {
  const { service, device } = await loaded('wasm', undefined, 'auto');
  if (how === 'lost') device.lose('driver reset');
  else device.fail(outOfGpuMemory());
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await service.score([manifest.vocab])).toMatchObject({ ok: false, code: 'bad-argument' });
  expect(await service.generate([request])).toMatchObject({ ok: true, value: [{ complete: true }] });
});

test('a load after the GPU was without memory tries it anew', async () => {
  const { service, device } = await loaded('webgpu');
  device.fail(outOfGpuMemory());
  expect(await service.load(source('webgpu'))).toMatchObject({ ok: true });
  expect(await service.paint([1])).toMatchObject({ ok: true });
});

test('the processor\'s memory runs out by what its error says', async () => {
  const graphs = new WaitingGraphs();
  const { service } = await loaded('wasm', graphs);
  const run = service.generate([request]);
  await graphs.reached;
  graphs.goOn(new Error('std::bad_alloc'));
  expect(await run).toMatchObject({ ok: false, code: 'out-of-memory' });
});

test('tokens and pictures that are not the pack\'s are refused; the others come back with what they are', async () => {
  const { service } = await loaded('wasm');
  for (const wrong of [[manifest.vocab], [-1], [0.5], new Array<number>(tokens + 1).fill(0)]) {
    expect(await service.paint(wrong)).toMatchObject({ ok: false, code: 'bad-argument' });
    expect(await service.score(wrong)).toMatchObject({ ok: false, code: 'bad-argument' });
  }
  expect(await service.tokenize(new Float32Array(5))).toMatchObject({ ok: false, code: 'bad-argument' });
  expect(await service.paint([1, 2])).toMatchObject({ ok: true, value: { size, cells: 2 } });
  expect(await service.score([1, 2, 3])).toEqual({ ok: true, value: [null, 1, 2] });
  expect(await service.tokenize(new Float32Array(3 * size * size))).toMatchObject({ ok: true, value: { tokens: new Array(tokens).fill(0), reconstruction: { cells: tokens } } });
});
