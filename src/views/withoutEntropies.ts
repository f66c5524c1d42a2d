import type { TokenEvent } from '../../engine/log.ts';
import { entropySource } from '../../engine/manifest.ts';
import { isTokenByToken } from '../../engine/settings.ts';
import { hasEntropies } from '../../engine/whatif.ts';
import { chance, nats } from '../lib/format.ts';
import { reasonText } from '../lib/reasons.ts';
import type { RunState } from '../state/run.ts';
import type { RunView } from '../state/runView.ts';
import { t } from '../text/t.ts';
import { usePack, useRun } from './context.ts';

const lacking = ({ header, events, count }: RunState): boolean =>
  header !== null && count > 1 && isTokenByToken(header.settings) && !hasEntropies(events);

/** The run in view has one token per patch, or its pack has no patches, and no null class gave the entropies meanwhile. */
export const useWithoutEntropies = (): boolean => {
  const plain = usePack((state) => state.manifest?.kind === 'gpt' && entropySource(state.manifest) !== 'null-class');
  return useRun((state) => lacking(state) || (plain && state.count === 0));
};

/** A token in words: its entropy and, of a pack with patches, why it opens one; or, where no entropy is known, how likely it was. */
export function tokenText(event: TokenEvent, { run, pack }: Pick<RunView, 'run' | 'pack'>): string {
  if (!lacking(run.getState())) return pack.getState().manifest?.kind === 'gpt' ? nats(event.entropy) : `${nats(event.entropy)}, ${reasonText(event.opens)}`;
  return t('code {token}, probability {p}', { token: event.token, p: chance(event.logprob) });
}
