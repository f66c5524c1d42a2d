import { english } from '../../engine/phrase.ts';
import { createStore } from 'zustand/vanilla';
import type { Problem } from './problem.ts';

export interface Notice extends Problem {
  id: number;
  /** Where it came from; one source can be replaced as a whole. */
  source: string;
}

export type Notices = ReturnType<typeof createNotices>;

/** What is about a file, a link or a run that another run takes the place of. */
const OF_A_RUN: readonly string[] = ['file', 'address', 'link', 'opened', 'recording'];

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
    /** Another run was asked for: the cause of what is about the one before has gone. */
    beforeRun(): void {
      store.setState({ list: store.getState().list.filter(({ source }) => !OF_A_RUN.includes(source)) });
    },
    close(id: number): void {
      store.setState({ list: store.getState().list.filter((notice) => notice.id !== id) });
    },
  };
}
