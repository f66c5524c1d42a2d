import { createEdit } from './inspect/edit.ts';
import { createShown } from './inspect/shown.ts';
import { createWhatIf } from './inspect/whatIf.ts';
import type { PackStore } from './pack.ts';
import { createPlayback, type PlaybackStore } from './playback.ts';
import { createRun } from './run.ts';
import type { Studio } from './studio.ts';

export interface SideOptions {
  /** Shared by sides whose cursors go together. */
  playback?: PlaybackStore;
  /** Of a run that may come from another pack than the page's. */
  pack?: PackStore;
  /** "Generate with this" under a strip whose rules were changed. */
  generateWithThis?: (side: Studio) => Promise<void>;
}

/** A run of a view's own in the shape that stage, strip and figures take, while the run of the page stays in view elsewhere. */
export function createSide(page: Studio, options: SideOptions = {}): Studio {
  const run = createRun();
  const playback = options.playback ?? createPlayback(() => run.getState().count);
  const whatIf = createWhatIf(run);
  const edit = createEdit(run, { paint: async () => null, score: async () => null });
  const growing = () => run.getState().phase === 'running';
  const side: Studio = {
    ...page, run, playback, growing, pack: options.pack ?? page.pack,
    inspect: {
      ...page.inspect, whatIf, edit, shown: createShown({ run, whatIf, edit }),
      generateWithThis: async () => options.generateWithThis?.(side),
      subscribe: (changed) => whatIf.subscribe(changed),
    },
    togglePlay: () => (playback.getState().mode === 'paused' ? playback.play(growing()) : playback.pause()),
  };
  return side;
}
