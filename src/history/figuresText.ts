import { steps, tokens } from '../lib/counts.ts';
import { fixed } from '../lib/format.ts';
import { t } from '../text/t.ts';
import type { HistoryEntry } from './entry.ts';

/** "118 steps for 256 tokens"; empty before the first token. */
export const stepsText = ({ patches, tokens: count }: Pick<HistoryEntry, 'patches' | 'tokens'>): string =>
  (patches > 0 ? t('{steps} for {tokens}', { steps: steps(patches), tokens: tokens(count) }) : '');

/** The same with P_avg, where a step stands for several tokens: a plain transformer makes one for each and has no patches. */
export function figuresText(entry: Pick<HistoryEntry, 'patches' | 'tokens'>): string {
  const average = entry.patches < entry.tokens ? `P_avg\u00a0${fixed(entry.tokens / entry.patches, 2)}` : '';
  return [stepsText(entry), average].filter(Boolean).join(' · ');
}
