import { t } from '../../text/t.ts';

/** What an edit changed, and what becomes of it when the run goes on. */
export function editText(changed: number, keep: number): string {
  if (changed === 0) return t('The first {keep} tokens are kept, the rest are sampled again.', { keep });
  return `${changed === 1 ? t('1 token changed;') : t('{n} tokens changed;', { n: changed })} ${t('the first {keep} are kept, the rest are sampled again.', { keep })}`;
}
