import { expect, it, vi } from 'vitest';
import { makeBeside } from './makeBeside.ts';
import { studioSite } from './testing/studioSite.ts';

const site = studioSite();
const done = { ok: true, value: { digest: 'd', complete: true, tokens: 256, times: { total: 5, preview: 0 }, gpuMemory: null } } as never;

async function waiting() {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(site.client.load).toHaveBeenCalledOnce());
  await studio.generate();
  return studio;
}
const request = (studio: Awaited<ReturnType<typeof waiting>>) => ({ class: 3, seed: 1, settings: studio.session.pack.getState().manifest!.defaults });

it('a run beside is made after those of the page that waited for the model', async () => {
  const studio = await waiting();
  const made = makeBeside(studio.session, [request(studio)], () => undefined);
  site.client.ready();
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledOnce());
  site.client.end(done);
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledTimes(2));
  expect(site.client.generate.mock.calls[1]![0]).toMatchObject([{ class: 3, seed: 1 }]);
  site.client.end(done);
  expect(await made).toBe(true);
});

it('what is asked for while both wait for a measurement is made first, and the run beside after it', async () => {
  const studio = await site.ready();
  let busy = true;
  const settle = vi.fn(() => vi.waitFor(() => expect(busy).toBe(false)));
  studio.session.addAsker({ busy: () => busy, settle });
  const made = makeBeside(studio.session, [request(studio)], () => undefined);
  await vi.waitFor(() => expect(settle).toHaveBeenCalledOnce());
  const asked = studio.generate();
  busy = false;
  for (const calls of [1, 2]) {
    await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledTimes(calls));
    site.client.end(done);
  }
  expect([await made, await asked]).toEqual([true, undefined]);
  expect(site.client.generate.mock.calls.map(([[one]]) => one!.class)).toEqual([studio.settings.getState().class, 3]);
});

it('a run asked for while one is made beside is made after it', async () => {
  const studio = await site.ready();
  const made = makeBeside(studio.session, [request(studio)], () => undefined);
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledOnce());
  void studio.generate(1, [5]);
  expect(studio.session.queue.getState().queued).toBe(true);
  site.client.end(done);
  await made;
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledTimes(2));
  expect(site.client.generate.mock.calls[1]![0]).toMatchObject([{ given: [5] }]);
  site.client.end(done);
});

it('one that is not wanted any more is not', async () => {
  const studio = await waiting();
  let wanted = true;
  const made = makeBeside(studio.session, [request(studio)], () => undefined, () => wanted);
  site.client.ready();
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledOnce());
  wanted = false;
  site.client.end(done);
  expect(await made).toBe(false);
  expect(site.client.generate).toHaveBeenCalledOnce();
});

it('the contact sheet of the page stays while one is made beside', async () => {
  const studio = await site.ready();
  const batch = studio.generate(2);
  for (const calls of [1, 2]) {
    await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledTimes(calls));
    site.client.end(done);
  }
  await batch;
  const { sheet } = studio.session.jobs.getState();
  const made = makeBeside(studio.session, [request(studio)], () => undefined);
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledTimes(3));
  expect([sheet.list.length, studio.session.jobs.getState().sheet]).toEqual([2, sheet]);
  studio.showJob(0);
  expect(studio.view.run.getState().header).toBe(sheet.list[0]!.header);
  site.client.end(done);
  await made;
  expect(studio.session.jobs.getState().sheet).toBe(sheet);
});
