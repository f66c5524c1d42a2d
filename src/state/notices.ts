import { english } from '../../engine/phrase.ts';
import { createStore } from 'zustand/vanilla';
import type { Problem } from './problem.ts';

export interface Notice extends Problem {
  id: number;
  /** Where it came from; one source can be replaced as a whole. */
  source: string;
}

export type Notices = ReturnType<typeof createNotices>;

/** Messages that stay until closed or replaced. */
export function createNotices() {
  let next = 1;
  const store = createStore<{ list: readonly Notice[] }>(() => ({ list: [] }));
  const make = (source: string, reason: Problem): Notice => ({ ...reason, source, id: next++ });
  return {
    ...store,
    has: (source: string) => store.getState().list.some((notice) => notice.source === source),
    add(source: string, reason: Problem): void {
      const same = store.getState().list.some((notice) => notice.source === source && english(notice.message) === english(reason.message));
      if (!same) store.setState({ list: [...store.getState().list, make(source, reason)] });
    },
    replace(source: string, reasons: readonly Problem[]): void {
      const others = store.getState().list.filter((notice) => notice.source !== source);
      store.setState({ list: [...others, ...reasons.map((reason) => make(source, reason))] });
    },
    close(id: number): void {
      store.setState({ list: store.getState().list.filter((notice) => notice.id !== id) });
    },
  };
}
