import { useEffect } from 'react';
import { lookedAt } from '../cell.ts';
import { useRunView } from '../context.ts';

const TYPED = 'input, select, textarea, [contenteditable]';

/** The key I paints with the code of the cell in question: pointed at, in focus or pinned. */
export function useEyedropper(): void {
  const { edit, shown, playback } = useRunView();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'i' || event.altKey || event.ctrlKey || event.metaKey || (event.target as Element).closest(TYPED)) return;
      const { events } = shown();
      const focused = (event.target as Element).closest('[role="gridcell"]');
      const cells = focused && [...focused.closest('[role="grid"]')!.querySelectorAll('[role="gridcell"]')];
      const cell = focused ? cells!.indexOf(focused) : lookedAt(events.length, playback.getState());
      const token = cell === null ? undefined : events[cell]?.token;
      if (token === undefined || !edit.editable()) return;
      event.preventDefault();
      edit.setBrush(token);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [edit, shown, playback]);
}
