import { beforeEach, expect, it, vi } from 'vitest';
import { say } from '../../engine/phrase.ts';
import { packTokens } from '../../engine/token-text.ts';
import { makeBeside } from './makeBeside.ts';
import { problem } from './problem.ts';
import { event, studioSite, tick, type FakeClient } from './testing/studioSite.ts';

const site = studioSite();
const whole = { ok: true, value: { digest: 'd', complete: true, tokens: 256, times: { total: 5, preview: 0 }, gpuMemory: null } } as never;
let client: FakeClient;
beforeEach(() => {
  ({ client } = site);
});

/** A run of two tokens whose worker was lost; its model is being loaded again. */
async function interrupted() {
  const studio = await site.ready();
  void studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.emit([event(0), event(1)]);
  client.end({ ok: false, code: 'worker-lost', message: say`The model stopped.` });
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  return studio;
}

it('asks before the download on a metered connection', async () => {
  const studio = site.made('', true);
  await studio.open();
  expect(studio.session.pack.getState().model).toBe('asking');
  expect(client.load).not.toHaveBeenCalled();
});

it('a link waits for that word, and is made with the tokens that it goes on from', async () => {
  const studio = site.made(`#pack=eurosat&class=Forest&seed=12&given=${packTokens([5, 6])}`, true);
  await studio.open();
  expect([studio.session.queue.getState().queued, studio.session.pack.getState().model]).toEqual([true, 'asking']);
  void studio.session.load();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  client.ready();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  expect(client.generate.mock.calls[0]![0]).toMatchObject([{ class: 1, seed: 12, given: [5, 6] }]);
});

it('a linked run is made once the model that failed is there', async () => {
  const studio = site.made('#pack=eurosat&class=Forest&seed=12');
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  client.refuse('unreachable');
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('failed'));
  expect(studio.session.queue.getState().queued).toBe(false);
  void studio.session.load();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  expect(studio.session.queue.getState().queued).toBe(true);
  client.ready();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  expect(client.generate.mock.calls[0]![0]).toMatchObject([{ class: 1, seed: 12 }]);
});

it('a run that was taken back is not made by the next load', async () => {
  const studio = site.made('#pack=eurosat&class=Forest&seed=12');
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  client.refuse('unreachable');
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('failed'));
  await studio.session.stop();
  void studio.session.load();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  client.ready();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
  expect(client.generate).not.toHaveBeenCalled();
});

it('a run that failed is generated again as it was asked for, whatever is set meanwhile', async () => {
  const studio = await site.ready();
  void studio.continueFrom([5, 6], 1, 12);
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  const [first] = client.generate.mock.calls[0]!;
  client.end({ ok: false, code: 'graph-failed', message: say`No.` });
  await vi.waitFor(() => expect(studio.view.run.getState().phase).toBe('failed'));
  studio.settings.setClass(3);
  studio.settings.setSeed('99');
  studio.settings.set('guidance', 7);
  void studio.generateAgain();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  expect(client.generate.mock.calls[1]![0]).toEqual(first);
  expect(first).toMatchObject([{ class: 1, seed: 12, given: [5, 6] }]);
});

it('names a failed download, keeps the recorded run, and can try again', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
  client.refuse('shard-missing');
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('failed'));
  expect(studio.session.pack.getState().problem).toMatchObject({ code: 'shard-missing', detail: say`Retry.` });
  expect(studio.view.run.getState().count).toBe(256);
  void studio.session.load();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  client.ready();
  await vi.waitFor(() => expect(studio.session.pack.getState()).toMatchObject({ model: 'ready', problem: null }));
});

it('loads again after the worker was lost, and the run goes on from its log', async () => {
  const studio = await interrupted();
  expect(studio.view.run.getState()).toMatchObject({ phase: 'running', count: 2 });
  client.ready();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  expect(client.generate.mock.calls[1]![0][0]).toMatchObject({ resume: [{ token: 0, entropy: null }, { token: 1, entropy: 1 }] });
  client.emit([event(2)]);
  client.end({ ok: true, value: { digest: 'd', complete: true, tokens: 3, times: { total: 5, preview: 0 }, gpuMemory: null } });
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ phase: 'complete', count: 3, digest: 'd' }));
  expect(studio.notices.getState().list.map(({ code }) => code)).toContain('run-resumed');
});

it('an edit that lost the same worker as a run beside loads it with that run, which goes on', async () => {
  const studio = await site.ready();
  void studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.emit([event(0), event(1), event(2)]);
  client.end(whole);
  await vi.waitFor(() => expect(studio.session.jobs.getState().running).toBe(false));
  let paint!: (result: unknown) => void;
  client.api.paint = vi.fn(() => new Promise<never>((resolve) => { paint = resolve as never; }));
  const { defaults } = studio.session.pack.getState().manifest!;
  const made = makeBeside(studio.session, [{ class: 3, seed: 1, settings: defaults }], () => undefined);
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  studio.view.edit.put(1, 77);
  await vi.waitFor(() => expect(client.api.paint).toHaveBeenCalled());
  for (const first of ['edit', 'run'] as const) {
    const lost = { ok: false, code: 'worker-lost', message: say`gone` } as const;
    const calls = client.generate.mock.calls.length;
    if (first === 'edit') paint(lost);
    client.end(lost);
    if (first === 'run') paint(lost);
    await tick();
    client.ready();
    await vi.waitFor(() => expect(client.generate, first).toHaveBeenCalledTimes(calls + 1));
    await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
  }
  client.end(whole);
  expect(await made).toBe(true);
});

it.each(['webgpu', 'wasm'] as const)('images at once that ran out of memory on %s go on there one at a time, and the notice says so', async (backend) => {
  const studio = await site.ready(backend);
  const { manifest } = studio.session.pack.getState();
  studio.session.pack.setState({ manifest: { ...manifest!, batch: 2 } });
  void studio.generate(2);
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.end({ ok: false, code: 'out-of-memory', message: say`full` });
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  expect((client.load.mock.calls as unknown[][])[1]![0]).toMatchObject({ backend });
  client.ready(backend);
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  expect(studio.notices.getState().list).toMatchObject([{
    code: 'run-resumed', message: { values: [{ template: backend === 'webgpu' ? 'The GPU ran out of memory.' : 'The model ran out of memory.' }] }, detail: { template: 'Images are decoded one at a time now, which takes less memory.' },
  }]);
  await studio.session.stop();
  client.end(whole);
});

it('a run that goes on on the processor keeps the weights that it names, and its link names no backend', async () => {
  const studio = await site.ready('webgpu');
  void studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.emit([event(0), event(1)]);
  client.end({ ok: false, code: 'out-of-memory', message: say`full` });
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  expect((client.load.mock.calls as unknown[][])[1]![0]).toMatchObject({ backend: 'wasm', variant: 'fp32' });
  client.ready('wasm');
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  client.end(whole);
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ phase: 'complete', digest: 'd' }));
  expect(site.written.at(-1)).toContain('class=');
  expect(site.written.at(-1)).not.toContain('check=');
});

it('a run stopped while the model comes back is not said to have gone on, though another one begins then', async () => {
  const studio = await interrupted();
  await studio.session.stop();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ phase: 'stopped', count: 2 }));
  void studio.generate();
  expect(studio.session.queue.getState().queued).toBe(true);
  client.ready();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  await tick();
  expect(client.load).toHaveBeenCalledTimes(2);
  expect(studio.notices.getState().list).toEqual([]);
});

it.each(['worker-lost', 'out-of-memory', 'timeout'] as const)('a GPU that fails during load (%s) gives way to the processor, with a notice', async (code) => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  client.refuse(code);
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  expect((client.load.mock.calls as unknown[][])[1]![0]).toMatchObject({ backend: 'wasm' });
  client.ready();
  await vi.waitFor(() => expect(studio.session.pack.getState().model).toBe('ready'));
  await vi.waitFor(() => expect(studio.notices.getState().list).toMatchObject([{ code: 'backend-changed' }]));
});

it('spares the GPU where it is known to end the page, with a word, until it is chosen', async () => {
  const backends = () => (client.load.mock.calls as unknown[][]).map(([request]) => (request as { backend: string }).backend);
  const codes = () => studio.notices.getState().list.map(({ code }) => code);
  const studio = site.made('', false, problem('gpu-spared', say`On the processor.`));
  const { pack, load } = studio.session;
  const ready = async (times: number) => {
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(times));
    client.ready();
    await vi.waitFor(() => expect(pack.getState().model).toBe('ready'));
  };
  void studio.open();
  await ready(1);
  expect([backends(), pack.getState().choice, codes()]).toEqual([['wasm'], 'auto', ['gpu-spared']]);
  studio.notices.close(studio.notices.getState().list[0]!.id);
  void load();
  await ready(2);
  expect([backends(), codes()], 'reported once').toEqual([['wasm', 'wasm'], []]);
  void load('webgpu');
  await ready(3);
  expect([backends().at(-1), codes()]).toEqual(['webgpu', []]);
});

it('a worker that never starts is tried on the processor once, then reported; no notice says that it runs', async () => {
  const studio = site.made();
  void studio.open();
  for (const times of [1, 2]) {
    await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(times));
    client.refuse('worker-lost');
  }
  await vi.waitFor(() => expect(studio.session.pack.getState()).toMatchObject({ model: 'failed', problem: { code: 'worker-lost' } }));
  await tick();
  expect(client.load).toHaveBeenCalledTimes(2);
  expect(studio.notices.getState().list).toEqual([]);
});

it.each(['worker-lost', 'backend-unavailable', 'graph-failed'] as const)('a GPU lost in a run that cannot be had again (%s): the run goes on from its log on the processor, with a notice', async (code) => {
  const studio = await site.ready('webgpu');
  void studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.emit([event(0), event(1)]);
  client.end({ ok: false, code: 'worker-lost', message: say`The GPU was lost.` });
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  client.refuse(code);
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(3));
  expect((client.load.mock.calls as unknown[][]).map(([request]) => (request as { backend: string }).backend)).toEqual(['auto', 'webgpu', 'wasm']);
  client.ready('wasm');
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledTimes(2));
  expect(client.generate.mock.calls[1]![0][0]).toMatchObject({ resume: [{ token: 0 }, { token: 1 }] });
  expect(studio.notices.getState().list).toMatchObject([{ code: 'backend-changed', message: { template: expect.stringContaining('continued where it was, on the processor') } }]);
  client.end({ ok: true, value: { digest: 'd', complete: true, tokens: 2, times: { total: 5, preview: 0 }, gpuMemory: null } });
  await vi.waitFor(() => expect(studio.view.run.getState().phase).toBe('complete'));
});

it('a run that was cut off is painted to its end once the model is there again', async () => {
  const studio = await site.ready();
  void studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.emit([event(0), event(1), event(2)]);
  client.end({ ok: false, code: 'stopped', message: say`The run was stopped.` });
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2)); // the worker had to be ended
  expect(client.api.paint).not.toHaveBeenCalled();
  client.ready();
  await vi.waitFor(() => expect(client.api.paint).toHaveBeenCalledWith([0, 1, 2]));
});

it('a cancelled download waits to be asked for again', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  studio.session.cancelLoad();
  client.refuse('aborted');
  await tick();
  expect(studio.session.pack.getState()).toMatchObject({ model: 'asking', problem: null });
});

it('ends the run where no model can be had any more', async () => {
  const studio = await site.ready();
  void studio.generate();
  await vi.waitFor(() => expect(client.generate).toHaveBeenCalledOnce());
  client.end({ ok: false, code: 'worker-lost', message: say`The model stopped.` });
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledTimes(2));
  client.refuse('shard-missing');
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ phase: 'failed', problem: { code: 'worker-lost' } }));
});
