/** Classes that a person chose last or pinned, by pack; kept in this browser where it allows. */
import { createStore } from 'zustand/vanilla';

export const RECENT = 8;
const PINNED = 24;

export interface ClassLists {
  /** Ids, newest first. */
  recent: readonly string[];
  pinned: readonly string[];
}

const key = (pack: string) => `studio-classes:${pack}`;
const strings = (value: unknown, most: number): string[] => (Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string').slice(0, most) : []);

function read(storage: Storage | null, pack: string): ClassLists {
  try {
    const { recent, pinned } = JSON.parse(storage?.getItem(key(pack)) ?? '{}') as Partial<Record<keyof ClassLists, unknown>>;
    return { recent: strings(recent, RECENT), pinned: strings(pinned, PINNED) };
  } catch {
    return { recent: [], pinned: [] };
  }
}

/** Storage may be refused; the lists then last as long as the page. */
export function createClassLists(pack: string, storage: () => Storage | null = () => globalThis.localStorage ?? null) {
  let place: Storage | null = null;
  try {
    place = storage();
  } catch {
    // refused
  }
  const store = createStore<ClassLists>(() => read(place, pack));
  const save = (lists: ClassLists) => {
    store.setState(lists);
    try {
      place?.setItem(key(pack), JSON.stringify(lists));
    } catch {
      // full or refused
    }
  };
  return Object.assign(store, {
    choose(id: string): void {
      const { recent, pinned } = store.getState();
      if (recent[0] !== id) save({ recent: [id, ...recent.filter((other) => other !== id)].slice(0, RECENT), pinned });
    },
    pin(id: string, on: boolean): void {
      const { recent, pinned } = store.getState();
      const others = pinned.filter((other) => other !== id);
      save({ recent, pinned: on ? [...others, id].slice(-PINNED) : others });
    },
  });
}
