import { createContext, useCallback, useContext, useEffect, useReducer, useRef } from 'react';
import { useStore } from 'zustand';
import { atMostEvery } from '../lib/frames.ts';
import type { History } from '../history/history.ts';
import type { LanguageStore } from '../state/language.ts';
import type { OptionsStore } from '../state/options.ts';
import type { createTheme } from '../state/theme.ts';
import type { RunView } from '../state/runView.ts';
import type { Studio, StudioDeps } from '../state/studio.ts';
import type { FrameLoop } from './frame.ts';

export interface Workbench {
  studio: Studio;
  /** The run in view here: the page's, or one of a view's own. */
  view: RunView;
  /** Makes a run with the rules in this view. */
  generateWithThis: () => Promise<void>;
  /** What the page's studio is made from; a guest with another pack needs it, too. */
  deps: StudioDeps;
  frame: FrameLoop;
  options: OptionsStore;
  theme: ReturnType<typeof createTheme>;
  history: History;
  language: LanguageStore;
  /** The stage on the page, for what is drawn over its squares from elsewhere. */
  stageRef: { current: HTMLElement | null };
}

export const WorkbenchContext = createContext<Workbench | null>(null);

export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext);
  if (!workbench) throw new Error('This view needs a WorkbenchContext around it.');
  return workbench;
}

/** The page; the run in view here is `useRunView`'s. */
export const useStudio = () => useWorkbench().studio;
export const useRunView = () => useWorkbench().view;

type StateOf<S> = S extends { getState: () => infer T } ? T : never;

/** The pack of the run in view. */
export const usePack = <R>(select: (state: StateOf<RunView['pack']>) => R) => useStore(useRunView().pack, select);
export const useSettings = <R>(select: (state: StateOf<Studio['settings']>) => R) => useStore(useStudio().settings, select);
export const useRun = <R>(select: (state: StateOf<RunView['run']>) => R) => useStore(useRunView().run, select);
export const useBatch = <R>(select: (state: StateOf<Studio['batch']>) => R) => useStore(useStudio().batch, select);
export const usePlayback = <R>(select: (state: StateOf<RunView['playback']>) => R) => useStore(useRunView().playback, select);

export const useWhatIf = <R>(select: (state: StateOf<RunView['whatIf']>) => R) => useStore(useRunView().whatIf, select);
export const useEdit = <R>(select: (state: StateOf<RunView['edit']>) => R) => useStore(useRunView().edit, select);
/** Runs of the page are being made, in view or not. */
export const useMaking = (): boolean => useStore(useStudio().session.jobs, (state) => state.running);
/** Runs are being made, here or by a guest of Compare: a measurement would be wrong. */
export function useDeviceBusy(): boolean {
  const { jobs, beside } = useStudio().session;
  return [useStore(jobs, (state) => state.running), useStore(beside, (state) => state.running)].includes(true);
}
export const useDesk = <R>(select: (state: StateOf<Studio['desk']>) => R) => useStore(useStudio().desk, select);

/** Draws outside React whenever the log, the cursor or the picture changed. `draw` may change with every render; returned, always the same, is what draws at once. */
export function useDraw(draw: () => void): () => void {
  const { frame } = useWorkbench();
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
    frame.request();
  });
  const now = useCallback(() => latest.current(), []);
  useEffect(() => frame.subscribe(now), [frame, now]);
  return now;
}

/** Renders this component again at most every `ms` while frames are drawn: figures that can still be read. */
export function useFrameEvery(ms: number): void {
  const { frame } = useWorkbench();
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const pace = atMostEvery(ms, render);
    const end = frame.subscribe(pace.request);
    return () => {
      end();
      pace.cancel();
    };
  }, [frame, ms]);
}
