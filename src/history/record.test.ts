import { expect, it, vi } from 'vitest';
import type { JobsWatcher, Job, Jobs } from '../state/jobs.ts';
import type { PaintedPicture } from '../state/run.ts';
import { recordRuns } from './record.ts';

vi.mock('../share/raster.ts', () => ({ pictureBytes: async () => new Uint8Array([1]) }));

it.each([[3, new Uint8Array([1])], [2, null]] as const)('of a run of three tokens a picture of %i cells is kept as %s', async (cells, kept) => {
  let watcher!: JobsWatcher;
  const add = vi.fn(async () => undefined);
  recordRuns({ watch: (one: JobsWatcher) => { watcher = one; } } as unknown as Jobs, { add: add as never }, (error) => { throw error; });
  const events = [0, 1, 2].map((t) => ({ t, token: t, opens: t === 0 ? ['first'] : [], patch: 0 }));
  const state = { header: { grid: { width: 2, tokens: 4 } }, events, picture: { cells } as PaintedPicture, together: 1, takenUpOn: [], window: 8 };
  watcher.ended!({ run: { getState: () => state } } as unknown as Job);
  await vi.waitFor(() => expect(add).toHaveBeenCalledWith(expect.objectContaining({ picture: kept, run: expect.objectContaining({ window: 8 }) as unknown })));
});
