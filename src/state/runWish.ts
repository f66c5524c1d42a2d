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

export const titleOf = (header: Pick<RunHeader, 'className' | 'seed'>): string => `${header.className}, seed ${header.seed}`;
