import type { InferenceClientApi } from '../../inference/client.ts';
import type { PackStore } from '../pack.ts';
import { toPainted } from '../pictures.ts';
import { askAgain } from '../recovery.ts';
import type { DraftModel } from './edit.ts';

interface DraftModelDeps {
  pack: Pick<PackStore, 'getState'>;
  client: () => InferenceClientApi | null;
  /** Gets a model whose worker was lost ready again. */
  comeBack: (client: InferenceClientApi) => Promise<void>;
}

/** The loaded model, asked about edited tokens; null while there is none. */
export function createDraftModel({ pack, client, comeBack }: DraftModelDeps): DraftModel {
  const ready = () => (pack.getState().model === 'ready' ? client() : null);
  return {
    async paint(tokens) {
      const model = ready();
      const painted = model && await askAgain(() => model.paint(tokens), () => comeBack(model));
      return painted?.ok ? toPainted(painted.value) : null;
    },
    async score(tokens) {
      const model = ready();
      const scored = model && await askAgain(() => model.score(tokens, () => undefined), () => comeBack(model));
      return scored?.ok ? scored.value : null;
    },
  };
}
