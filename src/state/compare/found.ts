import type { StoreApi } from 'zustand/vanilla';
import type { RunHeader } from '../../../engine/log.ts';
import type { OpenedRun, RunState } from '../run.ts';
import type { RunView } from '../runView.ts';

/** A run that a side can show. */
export interface Found {
  header: RunHeader;
  show: (side: RunView) => void;
}

export const ofRecorded = (recorded: OpenedRun): Found => ({ header: recorded.run.header, show: (side) => side.run.showRecorded(recorded) });

export const ofOpened = (opened: OpenedRun): Found => ({ header: opened.run.header, show: (side) => side.run.showOpened(opened) });

/** It grows on the side as it does in its store. Null for a run that has not begun. */
export function ofStore(run: StoreApi<RunState> | undefined): Found | null {
  const header = run?.getState().header;
  return run && header ? { header, show: (side) => side.run.mirror(run) } : null;
}
