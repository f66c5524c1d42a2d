import { t } from '../../text/t.ts';

/** What an edit changed, and what becomes of it when the run goes on. */
export function editText(changed: number, keep: number): string {
  if (changed === 0) return keep === 1 ? t('The first token is kept, the rest are sampled again.') : t('The first {keep} tokens are kept, the rest are sampled again.', { keep });
  const kept = keep === 1 ? t('the first is kept, the rest are sampled again.') : t('the first {keep} are kept, the rest are sampled again.', { keep });
  return `${changed === 1 ? t('1 token changed;') : t('{n} tokens changed;', { n: changed })} ${kept}`;
}
