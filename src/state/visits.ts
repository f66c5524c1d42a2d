import { randomId } from '../lib/randomId.ts';

/** Where an entry is more than a view: what Back takes back, and what Forward brings again. */
export interface Way {
  undo: () => void;
  redo: () => void;
}

/** A new entry of the browser's history: the address before and the one after. */
export type Visit = (from: string, to: string, way?: Way) => void;

type Entries = Pick<globalThis.History, 'state' | 'pushState' | 'replaceState'>;

/** `since`: the address that was opened last when the entry was made; what is in view belongs to entries of one only. */
interface Own {
  visit: number;
  since: string;
}

const ownOf = (state: unknown): Own | null =>
  (typeof state === 'object' && state !== null && 'visit' in state && typeof state.visit === 'number' && 'since' in state && typeof state.since === 'string' ? { visit: state.visit, since: state.since } : null);

/** Entries of the browser's history made by this page: views and opened runs, numbered, so that Back can undo what they opened, and Forward open it again. */
export function createVisits(entries: Entries, newId: () => string = randomId) {
  let { visit: at, since } = ownOf(entries.state) ?? { visit: 0, since: newId() };
  const ways = new Map<number, Way>();
  const undone = new Set<number>();
  const forget = (from = 0) => {
    for (const entry of [...ways.keys()]) if (entry >= from) ways.delete(entry);
    undone.clear();
  };
  const stateNow = (): Own => ({ visit: at, since });
  const own = (state: unknown): Own | null => {
    const found = ownOf(state);
    return found?.since === since ? found : null;
  };
  const replace = (hash: string) => entries.replaceState(stateNow(), '', hash);
  const visit: Visit = (from, to, way) => {
    replace(from || '#');
    at++;
    entries.pushState(stateNow(), '', to);
    forget(at);
    if (way) ways.set(at, way);
  };
  return {
    replace,
    visit,
    /** The entry that the browser is at is one of the page's own, and not an address to open. */
    own: (): boolean => own(entries.state) !== null,
    /**
     * Back or forward to an entry. Back takes back what the entries left behind had opened, Forward opens what was taken back
     * last. False where the entry is not this page's own, or from before another address was opened: it is opened then, too.
     */
    arrive(state: unknown): boolean {
      const to = own(state);
      if (!to) {
        forget();
        return false;
      }
      for (; at > to.visit; at--) {
        if (!ways.has(at) || undone.has(at)) continue;
        ways.get(at)!.undo();
        undone.add(at);
      }
      const again = [...undone].filter((entry) => entry > at && entry <= to.visit);
      at = to.visit;
      for (const entry of again) undone.delete(entry);
      if (again.length > 0) ways.get(Math.max(...again))!.redo();
      return true;
    },
    /** Another address is opened: entries made from now on belong to it, and so does the one that the browser is at. */
    opened(hash: string): void {
      forget();
      since = newId();
      at = 0;
      replace(hash);
    },
  };
}

/** Calls `arrive` when Back and Forward come to the page's own entries; other addresses are left to the page. */
export function watchBrowser(page: Pick<Window, 'history' | 'addEventListener'>, arrive: () => void) {
  const visits = createVisits(page.history);
  // A browser reports this before the change of the address.
  page.addEventListener('popstate', ({ state }) => {
    if (visits.arrive(state)) arrive();
  });
  return {
    visit: visits.visit, own: visits.own, opened: visits.opened,
  };
}
export type Visits = ReturnType<typeof watchBrowser>;
