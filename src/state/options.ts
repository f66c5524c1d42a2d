import { createStore } from 'zustand/vanilla';

export type StageMode = 'both' | 'image' | 'entropy';

/** What views and strip draw: a plain grid of cells, the patches in its place, or also which tokens settled in one pass. */
export type Drawn = 'cells' | 'patches' | 'passes';

export interface OptionsState {
  stage: StageMode;
  /** Boundaries over picture and map. */
  bricks: boolean;
  draws: Drawn;
  /** Picture smoothed rather than pixel-exact. */
  smooth: boolean;
  /** Pictures with more contrast, as shown; files and figures stay as they are. */
  contrast: boolean;
  /** A picture of the person's own, in place of what its tokens paint. */
  original: boolean;
}

/** How things are shown; no effect on any result. */
export const createOptions = () => createStore<OptionsState>(() => ({ stage: 'both', bricks: true, draws: 'passes', smooth: false, contrast: false, original: false }));
export type OptionsStore = ReturnType<typeof createOptions>;
