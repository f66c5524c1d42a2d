import { say, type Phrase } from '../../../engine/phrase.ts';
import { createStore } from 'zustand/vanilla';
import type { LoadProgress } from '../../../workers/messages.ts';
import type { Crop } from '../../lib/crop.ts';
import type { Source } from '../../lib/readPicture.ts';
import type { Problem } from '../problem.ts';

/** waiting: for the model. probing: the tokens are in view, their probabilities are being computed. */
export type DeskPhase = 'idle' | 'reading' | 'waiting' | 'working' | 'probing' | 'done' | 'failed';

export interface DeskState {
  phase: DeskPhase;
  name: Phrase;
  source: Source | null;
  crop: Crop | null;
  /** The crop at the pack's size. */
  original: HTMLCanvasElement | null;
  psnr: number | null;
  /** In what way it is unlike the pack's pictures. */
  words: readonly Phrase[];
  /** Class that the probabilities are for; classes.length is the null class. */
  class: number;
  progress: LoadProgress | null;
  problem: Problem | null;
  /** Id of its run while that is in view. */
  runId: number | null;
}

export const NO_PICTURE: DeskState = { phase: 'idle', name: say``, source: null, crop: null, original: null, psnr: null, words: [], class: 0, progress: null, problem: null, runId: null };

/** The original of the page's run with this id; null where that is not the desk's picture, or is so no longer. */
export const originalOf = ({ original, runId }: Pick<DeskState, 'original' | 'runId'>, id: number): HTMLCanvasElement | null => (runId === id ? original : null);

/** A picture of the person's own, as far as it is; `desk.ts` works on it and is fetched with Inspect. */
export const createDeskState = () => createStore<DeskState>(() => NO_PICTURE);
