import { say, term, type Phrase } from '../../engine/phrase.ts';
import type { GenerateRequest, LoadReport } from '../../workers/messages.ts';
import type { RunHeader } from '../../engine/log.ts';
import { runHeader } from '../../engine/run-header.ts';
import type { Manifest } from '../../engine/manifest.ts';
import type { Settings } from '../../engine/settings.ts';

/** A run to be made: everything that is not the pack's. */
export interface RunRequest {
  class: number;
  seed: number;
  settings: Settings;
  given?: readonly number[];
}

/** The header of a run that this model is about to make. */
export const headerOf = (request: RunRequest, manifest: Manifest, hash: string | null, { variant, backend }: Pick<LoadReport, 'variant' | 'backend'>): RunHeader =>
  runHeader({ manifest, hash: hash ?? '', variant, backend }, request);

/** What makes the run of a header again, with other settings where some are given. */
export const requestOf = ({ class: index, seed, settings, given }: RunHeader, other: Settings = settings): GenerateRequest => ({ class: index, seed, settings: other, ...(given && { given }) });

/** What a run is called. */
export const titleOf = ({ className, seed }: Pick<RunHeader, 'className' | 'seed'>): Phrase => say`${term(className)}, seed ${seed}`;
