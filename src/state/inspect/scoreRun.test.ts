import { expect, it, vi } from 'vitest';
import { say } from '../../../engine/phrase.ts';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import type { RunHeader } from '../../../engine/log.ts';
import type { InferenceClientApi } from '../../inference/client.ts';
import { createRun } from '../run.ts';
import { event } from '../testing/studioSite.ts';
import { recordedOf } from '../testing/recordedOf.ts';
import { scoreRun } from './scoreRun.ts';

const m = tinyManifest();
const header = { pack: { name: 'tiny', hash: '' }, settings: { ...m.defaults, maxPatchLength: 1 }, grid: m.grid, className: 'x', seed: 1 } as RunHeader;

function setup() {
  const run = createRun();
  run.showRecorded(recordedOf(header, [0, 1, 2].map((t) => ({ ...event(t), entropy: null }))));
  const score = vi.fn<InferenceClientApi['score']>(async (tokens) => ({ ok: true, value: tokens.map((_, i) => (i === 0 ? null : i)) }));
  const session = { client: () => ({ score }) as unknown as InferenceClientApi, comeBack: vi.fn(async () => undefined), modelReady: vi.fn(async () => undefined) };
  return { run, score, session };
}

it('gives a run the entropies of its tokens', async () => {
  const { run, score, session } = setup();
  expect(await scoreRun(run, session)).toBeNull();
  expect(score.mock.calls[0]![0]).toEqual([0, 1, 2]);
  expect(run.getState().events.map(({ entropy }) => entropy)).toEqual([null, 1, 2]);
});

it('says why it could not, and leaves another run that came meanwhile', async () => {
  const { run, score, session } = setup();
  score.mockResolvedValueOnce({ ok: false, code: 'busy', message: say`m` });
  expect(await scoreRun(run, session)).toMatchObject({ code: 'busy' });
  const other = recordedOf(header, [event(0), event(1), event(2)]);
  score.mockImplementationOnce(async () => {
    run.showRecorded(other);
    return { ok: true, value: [null, 8, 8] };
  });
  await scoreRun(run, session);
  expect(run.getState().events).toBe(other.run.events);
});
