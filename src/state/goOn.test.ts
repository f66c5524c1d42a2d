import { expect, it, vi } from 'vitest';
import type { GptManifest } from '../../engine/manifest.ts';
import { say } from '../../engine/phrase.ts';
import { studioSite } from './testing/studioSite.ts';

const site = studioSite();
const requested = () => site.client.generate.mock.calls[0]![0][0]!;

async function withRun() {
  const studio = await site.ready();
  await vi.waitFor(() => expect(studio.view.run.getState()).toMatchObject({ origin: 'recorded', count: 256 }));
  return studio;
}

/** Its sixth token is another one. */
async function withEdit() {
  const studio = await withRun();
  const { edit, run } = studio.view;
  edit.put(5, (run.getState().events[5]!.token + 1) % 12);
  await vi.waitFor(() => expect(site.client.score).toHaveBeenCalled());
  site.client.scored();
  await vi.waitFor(() => expect(edit.getState().entropies).not.toBeNull());
  return studio;
}

it('other rules on an edited run are generated with the tokens of the edit, and Undo brings both back', async () => {
  const { view: { edit, whatIf, run }, ...studio } = await withEdit();
  const { draft } = edit.getState();
  whatIf.set('entropyThreshold', 4);
  void studio.generateWithThis();
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledOnce());
  expect(requested()).toMatchObject({ class: 8, seed: 7, given: draft!.tokens.slice(0, 6), settings: { entropyThreshold: 4 } });
  expect([edit.getState().draft, studio.toast.getState().toast?.text]).toEqual([null, say`Continuing from token ${6}.`]);
  studio.toast.undo();
  expect(run.getState()).toMatchObject({ origin: 'recorded', count: 256 });
  expect([edit.getState().draft, whatIf.getState().rules]).toMatchObject([draft, { entropyThreshold: 4 }]);
});

it('an edit that keeps no token has its way back, too', async () => {
  const { view: { edit, whatIf }, ...studio } = await withRun();
  edit.eraseFrom(0);
  const { draft } = edit.getState();
  whatIf.set('entropyThreshold', 4);
  void studio.generateWithThis();
  await vi.waitFor(() => expect(studio.toast.getState().toast?.text).toEqual(say`Generating all tokens anew.`));
  studio.toast.undo();
  expect(edit.getState().draft).toEqual(draft);
});

it.each(['a pinned cell', 'an edit'])('going on from %s uses the other rules in view, and Undo brings them back', async (from) => {
  const { view: { edit, whatIf }, ...studio } = from === 'an edit' ? await withEdit() : await withRun();
  whatIf.set('entropyThreshold', 4);
  void studio.continueFrom(edit.given().slice(0, 6), 1, 12);
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledOnce());
  expect(requested()).toMatchObject({ class: 1, seed: 12, given: { length: 6 }, settings: { entropyThreshold: 4, temperature: site.pack.manifest.defaults.temperature } });
  studio.toast.undo();
  expect(whatIf.getState().rules).toMatchObject({ entropyThreshold: 4 });
});

it('going on with rules that the pack cannot generate with is refused with the reason', async () => {
  const { view: { edit, whatIf, run }, ...studio } = await withRun();
  const before = studio.settings.getState();
  whatIf.set('lengthGate', false);
  whatIf.set('rowReset', false);
  await studio.continueFrom(edit.given().slice(0, 6), 1, 12);
  expect(studio.toast.getState().toast).toMatchObject({ text: { template: expect.stringMatching(/window|patch/i) }, undo: null });
  expect([site.client.generate.mock.calls.length, studio.settings.getState(), run.getState().origin]).toEqual([0, before, 'recorded']);
});

it('a plain transformer goes on with its own rules: it is only shown with patches', async () => {
  const { view: { edit, whatIf, pack }, ...studio } = await withRun();
  pack.setState({ manifest: { ...pack.getState().manifest!, kind: 'gpt' } as unknown as GptManifest });
  whatIf.set('entropyThreshold', 4);
  void studio.continueFrom(edit.given().slice(0, 6), 1, 12);
  await vi.waitFor(() => expect(site.client.generate).toHaveBeenCalledOnce());
  expect(requested().settings.entropyThreshold).toBe(site.pack.manifest.defaults.entropyThreshold);
});
