import { createStore } from 'zustand/vanilla';

export type StageMode = 'both' | 'image' | 'entropy';

export interface OptionsState {
  stage: StageMode;
  /** Patch boundaries over picture and map. */
  bricks: boolean;
  /** A plain grid of cells in place of the boundaries. */
  cells: boolean;
  /** Which tokens settled in one pass, over the strip. */
  passes: boolean;
  /** Picture smoothed rather than pixel-exact. */
  smooth: boolean;
  /** Pictures with more contrast, as shown; files and figures stay as they are. */
  contrast: boolean;
  /** A picture of the person's own, in place of what its tokens paint. */
  original: boolean;
}

/** How things are shown; no effect on any result. */
export const createOptions = () => createStore<OptionsState>(() => ({ stage: 'both', bricks: true, cells: false, passes: true, smooth: false, contrast: false, original: false }));
export type OptionsStore = ReturnType<typeof createOptions>;
