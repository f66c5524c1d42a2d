import { tokensOf } from '../../engine/log.ts';
import type { Failure, InferenceClientApi } from '../inference/client.ts';
import type { RunStore } from './run.ts';
import type { PackSession } from './session.ts';

/** Gives the run in view the entropies of its tokens, by one question for all of them. Returns why it could not; another run that came meanwhile is left alone. */
export async function scoreRun(run: Pick<RunStore, 'getState' | 'rescore'>, client: InferenceClientApi, ask: PackSession['ask']): Promise<Failure | null> {
  const { id, events } = run.getState();
  const scored = await ask(client, () => client.score(tokensOf(events), () => undefined));
  if (!scored.ok) return scored;
  // More may be known about each token by now.
  const { events: now } = run.getState();
  if (now.length === scored.value.length) run.rescore(id, now.map((event, i) => ({ ...event, entropy: scored.value[i] ?? null })));
  return null;
}
