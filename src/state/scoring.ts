/**
 * Entropies of finished runs that were decoded without a null row (no guidance, guidance against another class, or an older studio), where the pack's own
 * model gives them at no further download: a GPT's null class over the whole sequence.
 */
import { entropySource } from '../../engine/manifest.ts';
import { hasEntropies } from '../../engine/whatif.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import type { PackStore } from './pack.ts';
import type { RunStore } from './run.ts';
import { scoreRun } from './scoreRun.ts';
import type { PackSession } from './session.ts';

interface ScoringDeps {
  run: Pick<RunStore, 'getState' | 'subscribe' | 'rescore'>;
  pack: Pick<PackStore, 'getState' | 'subscribe'>;
  client: () => InferenceClientApi | null;
  ask: PackSession['ask'];
}

export function scoreRuns({ run, pack, client: connected, ask }: ScoringDeps): void {
  let asked = -1;
  const look = () => {
    const { id, phase, header, events } = run.getState();
    const { manifest, hash, model } = pack.getState();
    if (id === asked || phase !== 'complete' || !header || !manifest || model !== 'ready' || header.pack.hash !== hash) return;
    const client = connected();
    if (!client || manifest.kind !== 'gpt' || entropySource(manifest) !== 'null-class' || events.length < 2 || hasEntropies(events)) return;
    asked = id;
    // What cannot be scored stays as it was decoded.
    void scoreRun(run, client, ask).then(async (failure) => {
      if (failure?.code !== 'busy') return;
      await client.free();
      if (asked === id) asked = -1;
      look();
    });
  };
  run.subscribe(look);
  pack.subscribe(look);
  look();
}
