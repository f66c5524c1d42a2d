import type { Failure } from '../../inference/client.ts';
import { askAgain } from '../recovery.ts';
import type { RunStore } from '../run.ts';
import type { PackSession } from '../session.ts';

/** Has the pack's entropy model read the tokens of a run that was decoded without it. Returns why it could not. */
export async function scoreRun(run: Pick<RunStore, 'getState' | 'rescore'>, session: Pick<PackSession, 'client' | 'comeBack' | 'modelReady'>): Promise<Failure | null> {
  const { id, events } = run.getState();
  await session.modelReady();
  const client = session.client();
  if (!client) return null;
  const scored = await askAgain(() => client.score(events.map(({ token }) => token), () => undefined), () => session.comeBack(client));
  if (!scored.ok) return scored;
  run.rescore(id, events.map((event, i) => ({ ...event, entropy: scored.value[i] ?? null })));
  return null;
}
