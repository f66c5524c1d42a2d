import type { RunState } from '../state/run.ts';
import type { Studio } from '../state/studio.ts';
import type { History } from './history.ts';

/** Keeps every run made here, stopped ones too. */
export function recordRuns(studio: Pick<Studio, 'jobs' | 'reportUnexpected'>, history: Pick<History, 'add'>): () => void {
  const keep = async ({ header, events, title, picture }: RunState) => {
    if (!header || events.length === 0) return;
    const bytes = picture ? await (await import('../share/raster.ts')).pictureBytes(picture) : null;
    await history.add({ header, events, title, picture: bytes });
  };
  return studio.jobs.onEnd((state) => void keep(state).catch(studio.reportUnexpected));
}
