import { tokensOf } from '../../engine/log.ts';
import { toPainted } from './pictures.ts';
import type { RunStore } from './run.ts';
import type { PackSession } from './session.ts';

/** Paints the run in view where it was opened without a picture, or was cut off with tokens that are not painted, once the model is there. */
export function createPaintOpened(run: RunStore, session: Pick<PackSession, 'pack' | 'client' | 'ask'>) {
  /** Id of the run being painted. */
  let painting: number | null = null;
  return async (): Promise<void> => {
    const { id, picture, phase, events } = run.getState();
    const client = session.client();
    if (picture?.cells === events.length || events.length === 0 || phase === 'running' || !client || session.pack.getState().model !== 'ready' || painting === id) return;
    painting = id;
    const result = await session.ask(client, () => client.paint(tokensOf(events)));
    painting = null;
    if (result.ok) run.paint(id, toPainted(result.value));
  };
}
