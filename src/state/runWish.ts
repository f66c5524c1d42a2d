import { say, term, type Phrase } from '../../engine/phrase.ts';
import type { LoadReport } from '../../workers/messages.ts';
import { SAMPLER, type RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import type { Settings } from '../../engine/settings.ts';

/** A run to be made: everything that is not the pack's. */
export interface RunWish {
  class: number;
  seed: number;
  settings: Settings;
  given?: readonly number[];
}

/** The header of a run that this model is about to make. */
export function headerOf(wish: RunWish, manifest: Manifest, hash: string | null, report: Pick<LoadReport, 'variant' | 'backend'>): RunHeader {
  return {
    pack: { name: manifest.name, hash: hash ?? '' }, variant: report.variant, backend: report.backend,
    class: wish.class, className: manifest.classes[wish.class]?.label ?? `class ${wish.class}`, seed: wish.seed >>> 0, settings: { ...wish.settings },
    grid: { ...manifest.grid }, sampler: SAMPLER, ...(wish.given && wish.given.length > 0 && { given: [...wish.given] }),
  };
}

/** What a run is called. */
export const titleOf = ({ className, seed }: Pick<RunHeader, 'className' | 'seed'>): Phrase => say`${term(className)}, seed ${seed}`;
