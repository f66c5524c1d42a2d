import type { RunHeader } from '../../engine/log.ts';
import { t } from '../text/t.ts';

/** How the tokens of an edited or continued run came about; `given`: how many were not sampled, at least one. */
export const givenText = (given: number): string =>
  (given === 1 ? t('The first token was given, the others sampled.') : t('The first {given} tokens were given, the others sampled.', { given }));

/** Where a run went on from; '' where nothing, or all of it, was given. */
export const fromText = ({ given = [], grid }: Pick<RunHeader, 'given' | 'grid'>): string =>
  (given.length > 0 && given.length < grid.tokens ? t('from token {given}', { given: given.length }) : '');
