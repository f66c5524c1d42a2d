import { openReasons, type OpenReason as Reason, type TokenEvent } from '../../engine/log.ts';
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

export const reasonName = (reason: Reason): string => t(WORDS[reason]);

/**
 * Patches among the first `cursor` tokens by what opened each, coloured as in the strip: above E_th wherever that held, else the
 * first reason. A row for every reason that opens one in the whole run, so that none comes while it plays.
 */
export function openedBy(events: readonly Pick<TokenEvent, 'opens'>[], cursor: number): { reason: Reason; kind: ReasonKind; count: number }[] {
  const first = events.map(({ opens }) => (opens.includes('entropy') ? 'entropy' : opens[0]));
  return openReasons.filter((reason) => first.includes(reason))
    .map((reason) => ({ reason, kind: kindOf([reason]), count: first.slice(0, cursor).filter((own) => own === reason).length }))
    .sort((a, b) => Number(b.kind === 'surprise') - Number(a.kind === 'surprise'));
}

/** "opens a patch: row start; also above E_th" or "joins the patch". */
export const reasonText = (opens: readonly Reason[]) =>
  opens.length === 0 ? t('joins the patch') : t('opens a patch: {reasons}', { reasons: reasonWords(opens) });

/** "previous patch full; also above E_th". */
export function reasonWords(opens: readonly Reason[]): string {
  const others = opens.filter((reason) => reason !== 'entropy').map(reasonName).join(', ');
  if (!opens.includes('entropy')) return others;
  return others ? `${others}; ${t('also above E_th')}` : reasonName('entropy');
}
