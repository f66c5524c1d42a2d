import type { OpenedRun, PaintedPicture } from '../state/run.ts';
import type { History } from './history.ts';

async function painted(picture: Uint8Array<ArrayBuffer>, cells: number): Promise<PaintedPicture | null> {
  try {
    return await (await import('../share/raster.ts')).paintedFrom(picture, cells);
  } catch {
    return null;
  }
}

/** A run of the history with its picture; without one that is damaged, which is painted anew. Rejects with `run-invalid` when the run is gone or was altered. */
export async function openEntry(history: Pick<History, 'read' | 'getState'>, id: string): Promise<OpenedRun> {
  const run = await history.read(id);
  const picture = history.getState().entries.find((entry) => entry.id === id)?.picture;
  return { run, picture: picture ? await painted(picture, run.events.length) : null };
}
