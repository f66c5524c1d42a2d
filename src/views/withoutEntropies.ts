import { isTokenByToken } from '../../engine/settings.ts';
import { hasEntropies } from '../../engine/whatif.ts';
import { useRun } from './context.ts';

/** The run in view was decoded token by token: nothing had to be known about the entropies, so nothing is. */
export const useWithoutEntropies = (): boolean =>
  useRun(({ header, events, count }) => header !== null && count > 0 && isTokenByToken(header.settings) && !hasEntropies(events));
