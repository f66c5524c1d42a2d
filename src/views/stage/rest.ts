import type { RunView } from '../../state/runView.ts';

/** Nothing grows, plays, is pinned or tried out: the picture can stand without its boundaries. */
export function atRest({ run, playback, whatIf, edit }: RunView): boolean {
  const { phase, count } = run.getState();
  const { mode, cursor, pin } = playback.getState();
  return phase !== 'running' && count > 0 && mode === 'paused' && cursor >= count && pin === null
    && whatIf.getState().rules === null && edit.getState().draft === null && edit.getState().brush === null;
}
