import type { InferenceClientApi, Result } from '../../inference/client.ts';
import { toPainted } from '../pictures.ts';
import type { PackSession } from '../session.ts';
import type { DraftModel } from './edit.ts';

/** The loaded model, asked about edited tokens; null while there is none. */
export function createDraftModel({ pack, client, ask }: Pick<PackSession, 'pack' | 'client' | 'ask'>): DraftModel {
  async function answer<T>(question: (model: InferenceClientApi) => Promise<Result<T>>): Promise<T | null> {
    const model = pack.getState().model === 'ready' ? client() : null;
    const result = model && await ask(model, () => question(model));
    return result?.ok ? result.value : null;
  }
  return {
    async paint(tokens) {
      const painted = await answer((model) => model.paint(tokens));
      return painted && toPainted(painted);
    },
    score: (tokens) => answer((model) => model.score(tokens, () => undefined)),
  };
}
