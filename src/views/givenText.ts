import { t } from '../text/t.ts';

/** How the tokens of an edited or continued run came about; `given`: how many were not sampled, at least one. */
export const givenText = (given: number): string =>
  (given === 1 ? t('The first token was given, the others sampled.') : t('The first {given} tokens were given, the others sampled.', { given }));
