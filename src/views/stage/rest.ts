import type { Studio } from '../../state/studio.ts';

/** Nothing grows, plays, is pinned or tried out: the picture can stand without its boundaries. */
export function atRest({ run, playback, inspect }: Pick<Studio, 'run' | 'playback' | 'inspect'>): boolean {
  const { phase, count } = run.getState();
  const { mode, cursor, pin } = playback.getState();
  return phase !== 'running' && count > 0 && mode === 'paused' && cursor >= count && pin === null
    && inspect.whatIf.getState().rules === null && inspect.edit.getState().draft === null && inspect.edit.getState().brush === null;
}
