import { sharesPasses } from '../../engine/view.ts';
import type { PackState } from '../state/pack.ts';
import type { RunState } from '../state/run.ts';
import { usePack, useRun } from './context.ts';

/** Passes of the run settle several tokens, or are about to: what shows passes has its room from the first token, so that nothing moves when they begin to. */
export const sharing = ({ events, phase, header }: Pick<RunState, 'events' | 'phase' | 'header'>, report: PackState['report']): boolean =>
  sharesPasses(events) || (phase === 'running' && (header?.settings.window ?? report?.passes.window ?? 1) > 1);

export function useSharedPasses(): boolean {
  const report = usePack((state) => state.report);
  return useRun((state) => sharing(state, report));
}
