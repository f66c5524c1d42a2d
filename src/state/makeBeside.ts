import type { Job } from './jobs.ts';
import { headerOf, type RunRequest } from './runRequest.ts';
import type { PackSession } from './session.ts';

/** Makes runs while the one in view stays, once the model is ready, after those that wait for it, and if they are still `wanted` then; `begun` gets them as they begin. False unless all came to their end. */
export async function makeBeside(session: PackSession, requests: readonly RunRequest[], begun: (list: readonly Job[]) => void, wanted = () => true): Promise<boolean> {
  const { pack, modelReady, isIdle, idle, settle, decode } = session;
  const { manifest } = pack.getState();
  if (!manifest) return false;
  await modelReady();
  // What somebody asked for while something else settled goes first.
  do {
    await idle();
    if (!wanted()) return false;
    await settle();
    if (!wanted()) return false;
  } while (!isIdle());
  const { report, hash, model } = pack.getState();
  const client = session.client();
  if (model !== 'ready' || !client || !report || pack.getState().manifest !== manifest) return false;
  return decode(requests.map((request) => headerOf(request, manifest, hash, report)), client, { inView: false, begun });
}
