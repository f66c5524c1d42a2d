import { useEffect } from 'react';
import type { RunView } from '../state/runView.ts';
import { useStudio } from './context.ts';

/** Elements that have a use of their own for these keys. */
const BUSY = 'input, select, textarea, button, a, summary, [role="group"][tabindex="0"], [role="slider"], [role="radio"], [role="grid"], dialog, [role="dialog"], [contenteditable]';

/** The key was pressed in a dialog or panel, or while a modal one is open: Escape is that one's. */
export const inDialog = (target: Element): boolean => target.closest('dialog, [role="dialog"]') !== null || document.querySelector('dialog:modal') !== null;

/** Space plays or pauses, arrows step, Home and End jump, Escape stops decoding, B held shows the boundaries; nothing else is taken from the browser. */
export function useKeys(): void {
  const { view, session } = useStudio();
  useKeysOf(view, session.stop);
}

/** The same keys for a run of the view's own; with `first`, before those of the page. */
export function useKeysOf(view: RunView, stop: () => Promise<void>, first = false): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      const target = event.target as Element;
      if (event.key === 'Escape') {
        if (inDialog(target)) return;
        if (view.edit.getState().brush === null) return void stop();
        // What a press puts down or closes is all that it does.
        event.preventDefault();
        view.edit.setBrush(null);
        return;
      }
      const onSlider = target.closest('[role="slider"]') !== null;
      if (target.closest(BUSY) && !(event.key === ' ' && onSlider)) return;
      const acts: Record<string, () => void> = {
        ' ': () => view.togglePlay(),
        ArrowLeft: () => view.playback.step(-1),
        ArrowRight: () => view.playback.step(1),
        Home: () => view.playback.seek(1),
        End: () => view.playback.seek(Infinity),
        b: () => document.documentElement.toggleAttribute('data-boundaries', true),
      };
      const act = acts[event.key] ?? acts[event.key.toLowerCase()];
      if (!act || view.run.getState().count === 0) return;
      event.preventDefault();
      act();
    };
    const boundaries = (on: boolean) => document.documentElement.toggleAttribute('data-boundaries', on);
    const release = (event: KeyboardEvent) => event.key.toLowerCase() === 'b' && boundaries(false);
    const leave = () => boundaries(false);
    window.addEventListener('keydown', press, first);
    window.addEventListener('keyup', release);
    window.addEventListener('blur', leave);
    return () => {
      window.removeEventListener('keydown', press, first);
      window.removeEventListener('keyup', release);
      window.removeEventListener('blur', leave);
    };
  }, [view, stop, first]);
}
