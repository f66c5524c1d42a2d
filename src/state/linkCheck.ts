import { createStore } from 'zustand/vanilla';
import { versionOf, type RunHeader } from '../../engine/log.ts';
import type { LinkCheck } from '../../engine/permalink.ts';
import type { Phrase } from '../../engine/phrase.ts';
import { isOfOneBackend, type RunState } from './run.ts';

/** What a link carries of a finished run. */
export const checkOf = (header: RunHeader, digest: string): LinkCheck => ({
  digest: digest.slice(0, 12), pack: header.pack.hash.slice(0, 8).padEnd(8, '0'), variant: header.variant, backend: header.backend,
  version: versionOf(header),
});

/** The same of a run as it is in view; null where it is not whole, or not all of one backend. */
export const checkOfRun = (run: Pick<RunState, 'header' | 'digest' | 'phase' | 'takenUpOn'>): LinkCheck | null =>
  (run.header && run.phase === 'complete' && run.digest !== null && isOfOneBackend(run) ? checkOf(run.header, run.digest) : null);

export interface LinkOutcome {
  /** Of the run that was compared. */
  header: RunHeader;
  same: boolean;
  /** The link is of version 1, whose seeds give other pictures now. */
  older: boolean;
  /** What is not as it was where the link was made. */
  differs: Phrase[];
}

export const createLinkOutcome = () => createStore<{ outcome: LinkOutcome | null }>(() => ({ outcome: null }));
