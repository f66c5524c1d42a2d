import type { RunState } from '../../state/run.ts';

/**
 * The cells [from, to) that are shown as their codes look alone: decoded and not painted. Only while a run grows, and only
 * where painting is at least `behind` cells late: up to a row the next preview is there before one could see them, but guesses
 * behind them leave no hole.
 */
export function coarseCells({ phase, count }: Pick<RunState, 'phase' | 'count'>, painted: number, cursor: number, behind: number): readonly [number, number] {
  const to = Math.min(cursor, count);
  return phase === 'running' && count - painted >= behind && to > painted ? [painted, to] : [0, 0];
}
