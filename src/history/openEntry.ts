import type { OpenedRun } from '../state/run.ts';
import type { History } from './history.ts';

/** A run of the history with its picture. Rejects with `run-invalid` when it is gone or was altered. */
export async function openEntry(history: Pick<History, 'read' | 'getState'>, id: string): Promise<OpenedRun> {
  const run = await history.read(id);
  const picture = history.getState().entries.find((entry) => entry.id === id)?.picture;
  return { run, picture: picture ? await (await import('../share/raster.ts')).paintedFrom(picture, run.events.length) : null };
}
