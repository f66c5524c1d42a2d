import { oncePerFrame } from '../lib/frames.ts';
import type { RunView } from '../state/runView.ts';

export interface FrameLoop {
  /** Draws now-ish and whenever something changed; returns the way out. */
  subscribe(draw: () => void): () => void;
  /** Something a drawing depends on changed (size, theme). */
  request(): void;
  stop(): void;
}

interface Watched {
  subscribe: (changed: () => void) => () => void;
}

/**
 * One loop for all high-rate views: they redraw together, outside React, in the animation frame after the log, the
 * cursor or the picture changed, and not otherwise. It also moves the cursor while playing. Views drawn together share one playback.
 */
export function createFrameLoop(settings: Watched, first: RunView, ...others: readonly RunView[]): FrameLoop {
  const views = [first, ...others];
  const draws = new Set<() => void>();
  let last: number | null = null;
  const frame = oncePerFrame(() => {
    const now = performance.now();
    // A hidden tab comes back with a long gap: go on from where it was.
    const elapsed = last === null ? 0 : Math.min(100, now - last);
    const more = first.playback.tick(elapsed, views.some(({ growing }) => growing()));
    for (const draw of draws) draw();
    last = more ? now : null;
    if (more) frame.request();
  });
  const watched: Watched[] = [settings, first.playback, ...views.flatMap(({ run, whatIf, edit }) => [run, whatIf, edit])];
  const ends = watched.map((store) => store.subscribe(frame.request));
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
