import type { Phrase } from '../../engine/phrase.ts';
import { createStore } from 'zustand/vanilla';

export interface Toast {
  id: number;
  text: Phrase;
  /** Takes back what was just done. */
  undo: (() => void) | null;
}

/** The last thing that was done, with a way back; it stays until closed or replaced. `say` returns its id. */
export function createToast() {
  let next = 1;
  const store = createStore<{ toast: Toast | null }>(() => ({ toast: null }));
  return {
    ...store,
    say(text: Phrase, undo: (() => void) | null = null): number {
      const id = next++;
      store.setState({ toast: { id, text, undo } });
      return id;
    },
    undo(): void {
      const { toast } = store.getState();
      store.setState({ toast: null });
      toast?.undo?.();
    },
    /** Closes what is shown, or only the one named. */
    close(id?: number): void {
      if (id === undefined || store.getState().toast?.id === id) store.setState({ toast: null });
    },
  };
}
export type ToastStore = ReturnType<typeof createToast>;
