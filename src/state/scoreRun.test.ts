import { expect, it, vi } from 'vitest';
import { say } from '../../engine/phrase.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import { createRun } from './run.ts';
import type { PackSession } from './session.ts';
import { event } from './testing/studioSite.ts';
import { recordedOf } from './testing/recordedOf.ts';
import { scoreRun } from './scoreRun.ts';

const m = tinyManifest();
const header = { pack: { name: 'tiny', hash: '' }, settings: { ...m.defaults, maxPatchLength: 1 }, grid: m.grid, className: 'x', seed: 1 } as RunHeader;

const ask: PackSession['ask'] = (_, question) => question();

function setup() {
  const run = createRun();
  run.showRecorded(recordedOf(header, [0, 1, 2].map((t) => ({ ...event(t), entropy: null }))));
  const score = vi.fn<InferenceClientApi['score']>(async (tokens) => ({ ok: true, value: tokens.map((_, i) => (i === 0 ? null : i)) }));
  const asked = [run, { score } as unknown as InferenceClientApi, ask] as const;
  return { run, score, asked };
}

it('gives a run the entropies of its tokens', async () => {
  const { run, score, asked } = setup();
  expect(await scoreRun(...asked)).toBeNull();
  expect(score.mock.calls[0]![0]).toEqual([0, 1, 2]);
  expect(run.getState().events.map(({ entropy }) => entropy)).toEqual([null, 1, 2]);
});

it('says why it could not, and leaves another run that came meanwhile', async () => {
  const { run, score, asked } = setup();
  score.mockResolvedValueOnce({ ok: false, code: 'busy', message: say`m` });
  expect(await scoreRun(...asked)).toMatchObject({ code: 'busy' });
  const other = recordedOf(header, [event(0), event(1), event(2)]);
  score.mockImplementationOnce(async () => {
    run.showRecorded(other);
    return { ok: true, value: [null, 8, 8] };
  });
  await scoreRun(...asked);
  expect(run.getState().events).toBe(other.run.events);
});
