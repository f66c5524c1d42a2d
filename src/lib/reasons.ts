import type { OpenReason as Reason } from '../../engine/log.ts';
import { t } from '../text/t.ts';

/** How a token stands to its patch, as drawn: opened it by surprise, for another reason, or joined it. */
export type ReasonKind = 'surprise' | 'forced' | 'joins';

export function kindOf(opens: readonly Reason[]): ReasonKind {
  if (opens.length === 0) return 'joins';
  return opens.includes('entropy') ? 'surprise' : 'forced';
}

const WORDS = {
  first: 'first token',
  second: 'second token',
  row: 'row start',
  full: 'previous patch full',
  entropy: 'above E_th',
  static: 'static length',
} as const satisfies Record<Reason, string>;

/** "opens a patch: row start; also above E_th" or "joins the patch". */
export const reasonText = (opens: readonly Reason[]) =>
  opens.length === 0 ? t('joins the patch') : t('opens a patch: {reasons}', { reasons: reasonWords(opens) });

/** "previous patch full; also above E_th". */
export function reasonWords(opens: readonly Reason[]): string {
  const others = opens.filter((reason) => reason !== 'entropy').map((reason) => t(WORDS[reason])).join(', ');
  if (!opens.includes('entropy')) return others;
  return others ? `${others}; ${t('also above E_th')}` : t(WORDS.entropy);
}
