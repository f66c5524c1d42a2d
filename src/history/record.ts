import { runOf, type RunState } from '../state/run.ts';
import type { Jobs } from '../state/jobs.ts';
import type { History } from './history.ts';

/** Keeps every run made here, stopped ones too. */
export function recordRuns(jobs: Jobs, history: Pick<History, 'add'>, report: (error: unknown) => void): () => void {
  const keep = async (run: RunState) => {
    const { header, events, picture } = run;
    if (!header || events.length === 0) return;
    // A run that was cut off may have a picture of less than its log; it is painted anew when it is opened.
    const bytes = picture?.cells === events.length ? await (await import('../share/raster.ts')).pictureBytes(picture) : null;
    await history.add({ run: runOf(header, run), picture: bytes });
  };
  return jobs.watch({ ended: ({ run }) => void keep(run.getState()).catch(report) });
}
