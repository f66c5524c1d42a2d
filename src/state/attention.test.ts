import { beforeEach, expect, it, vi } from 'vitest';
import { createAttention } from './attention.ts';
import { studioSite, type FakeClient } from './testing/studioSite.ts';

const site = studioSite();
let client: FakeClient;
beforeEach(() => {
  ({ client } = site);
});

it('asked for while the model loads, it waits for that load', async () => {
  const studio = site.made();
  void studio.open();
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
  await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
  const attention = createAttention(studio);
  let turned = false;
  void attention.turn(true).then(() => { turned = true; });
  await Promise.resolve();
  expect([attention.possible(), turned]).toEqual(['no model', false]);
  client.ready();
  await vi.waitFor(() => expect(turned).toBe(true));
  expect(client.load).toHaveBeenCalledOnce();
});

it('asked for without a model, it loads one', async () => {
  const studio = site.made('', true);
  await studio.open();
  await vi.waitFor(() => expect(studio.view.run.getState().count).toBe(256));
  const attention = createAttention(studio);
  void attention.turn(true);
  await vi.waitFor(() => expect(client.load).toHaveBeenCalledOnce());
});
