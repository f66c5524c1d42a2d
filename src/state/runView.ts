import type { StoreApi } from 'zustand/vanilla';
import { createEdit, type DraftModel, type EditStore } from './inspect/edit.ts';
import { createShown, type Shown } from './inspect/shown.ts';
import { createWhatIf, type WhatIfStore } from './inspect/whatIf.ts';
import type { PackState } from './pack.ts';
import { createPlayback, type PlaybackStore } from './playback.ts';
import { createRun, type RunState, type RunStore } from './run.ts';

export interface RunViewOptions {
  /** The pack of the run in view. */
  pack: StoreApi<PackState>;
  run?: RunStore;
  /** Shared by views whose cursors go together. */
  playback?: PlaybackStore;
  /** What is asked about edited tokens; without it they are shown unscored. */
  model?: DraftModel;
}

/** A run in view: its log, the cursor in it, edits and other rules on top, and what all of them show. */
export interface RunView {
  pack: StoreApi<PackState>;
  run: RunStore;
  playback: PlaybackStore;
  whatIf: WhatIfStore;
  edit: EditStore;
  shown: () => Shown;
  /** Its run is being decoded. */
  growing: () => boolean;
  togglePlay: () => void;
  /** Shows a run, paused at a cursor; default: all of it, at its head where it still grows. */
  restore: (state: RunState, cursor?: number) => void;
  /** The way back to the run and cursor that are in view now. */
  snapshot: () => () => void;
}

const unasked: DraftModel = { paint: async () => null, score: async () => null };

export function createRunView({ pack, run = createRun(), playback = createPlayback(() => run.getState().count), model = unasked }: RunViewOptions): RunView {
  const whatIf = createWhatIf(run);
  const edit = createEdit(run, model);
  const growing = () => run.getState().phase === 'running';
  const restore = (state: RunState, cursor = Infinity) => {
    run.restore(state);
    playback.restart('paused');
    if (cursor === Infinity && growing()) playback.goLive();
    else playback.seek(cursor);
  };

  return {
    pack, run, playback, whatIf, edit, growing, restore, shown: createShown({ run, whatIf, edit }),
    togglePlay: () => (playback.getState().mode === 'paused' ? playback.play(growing()) : playback.pause()),
    snapshot() {
      const [state, { cursor, mode }] = [run.getState(), playback.getState()];
      return () => restore(state, mode === 'live' ? Infinity : cursor);
    },
  };
}
