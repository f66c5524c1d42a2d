import { oncePerFrame } from '../lib/frames.ts';
import type { Studio } from '../state/studio.ts';

export interface FrameLoop {
  /** Draws now-ish and whenever something changed; returns the way out. */
  subscribe(draw: () => void): () => void;
  /** Something a drawing depends on changed (size, theme). */
  request(): void;
  stop(): void;
}

interface Source {
  subscribe: (changed: () => void) => () => void;
}

/** What a loop follows and moves. */
export interface Followed {
  run: Source;
  playback: Source & Pick<Studio['playback'], 'tick'>;
  settings: Source;
  inspect: Source;
  growing: () => boolean;
}

/**
 * One loop for all high-rate views: they redraw together, outside React, in the animation frame after the log, the
 * cursor or the picture changed, and not otherwise. It also moves the cursor while playing.
 */
export function createFrameLoop(studio: Followed): FrameLoop {
  const draws = new Set<() => void>();
  let last: number | null = null;
  const frame = oncePerFrame(() => {
    const now = performance.now();
    // A hidden tab comes back with a long gap: go on from where it was.
    const elapsed = last === null ? 0 : Math.min(100, now - last);
    const more = studio.playback.tick(elapsed, studio.growing());
    for (const draw of draws) draw();
    last = more ? now : null;
    if (more) frame.request();
  });
  const ends = [studio.run.subscribe(frame.request), studio.playback.subscribe(frame.request), studio.settings.subscribe(frame.request), studio.inspect.subscribe(frame.request)];
  return {
    subscribe(draw) {
      draws.add(draw);
      frame.request();
      return () => draws.delete(draw);
    },
    request: frame.request,
    stop() {
      for (const end of ends) end();
      frame.cancel();
    },
  };
}
