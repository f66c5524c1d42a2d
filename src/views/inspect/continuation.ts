import type { RunHeader } from '../../../engine/log.ts';
import { existingClass } from '../../../engine/pack-settings.ts';
import { imageSeed } from '../../../engine/philox.ts';

/** What a person chose of how a run goes on; it holds for that run only. */
export interface ContinuationChoice {
  /** Id of the run. */
  of: number;
  class?: number;
  /** Added to the seed of the run: the same seed goes on as the run did, another one takes another way. */
  again?: number;
}

export interface Continuation {
  class: number;
  seed: number;
  again: number;
}

/** Class and seed that a run goes on with: as chosen for it, else its own. `fallback`: the class of a run that has none of the pack's `classes`; the first class where that is none of them, either. */
export function continuationOf(run: { id: number; header: Pick<RunHeader, 'class' | 'seed'> }, choice: ContinuationChoice | null, classes: number, fallback: number): Continuation {
  const { class: index, again = 0 } = choice?.of === run.id ? choice : ({} as Partial<ContinuationChoice>);
  return { class: index ?? existingClass(classes, run.header.class, fallback), seed: imageSeed(run.header.seed, again), again };
}
