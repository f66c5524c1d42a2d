import type { OpenReason as Reason } from '../../engine/log.ts';
import { t } from '../text/t.ts';

/** How a token stands to its patch, as drawn: opened it by surprise, for another reason, or joined it. */
export type Kind = 'surprise' | 'forced' | 'joins';

export function kindOf(opens: readonly Reason[]): Kind {
  if (opens.length === 0) return 'joins';
  return opens.includes('entropy') ? 'surprise' : 'forced';
}

const WORDS = {
  first: 'first token',
  second: 'second token',
  row: 'row start',
  full: 'patch before is full',
  entropy: 'surprising',
  static: 'static length',
} as const satisfies Record<Reason, string>;

/** "opens: surprising, row start" or "joins the patch". */
export const reasonText = (opens: readonly Reason[]) =>
  opens.length === 0 ? t('joins the patch') : t('opens a patch: {reasons}', { reasons: reasonWords(opens) });

export const reasonWords = (opens: readonly Reason[]) => opens.map((reason) => t(WORDS[reason])).join(', ');
