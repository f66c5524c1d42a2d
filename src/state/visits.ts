/** A new entry of the browser's history: the address before, the one after, and the way back where that is more than a view. */
export type Visit = (from: string, to: string, undo?: () => void) => void;

type Entries = Pick<globalThis.History, 'state' | 'pushState' | 'replaceState'>;

const numberOf = (state: unknown): number | null => (typeof state === 'object' && state !== null && 'visit' in state && typeof state.visit === 'number' ? state.visit : null);

/** Entries of the browser's history made by this page: views and opened runs, numbered, so that Back can undo what they opened. */
export function createVisits(entries: Entries) {
  let at = numberOf(entries.state) ?? 0;
  const undos = new Map<number, () => void>();
  const replace = (hash: string) => entries.replaceState({ visit: at }, '', hash);
  const visit: Visit = (from, to, undo) => {
    replace(from || '#');
    at++;
    entries.pushState({ visit: at }, '', to);
    if (undo) undos.set(at, undo);
    else undos.delete(at);
  };
  return {
    replace,
    visit,
    /** Back or forward to an entry. Takes back what the entries left behind had opened. False where the entry is not this page's own. */
    arrive(state: unknown): boolean {
      const to = numberOf(state);
      if (to === null) return false;
      for (; at > to; at--) {
        undos.get(at)?.();
        undos.delete(at);
      }
      at = to;
      return true;
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
    visit: visits.visit,
    /** Whether the entry that the browser is at is one of the page's own, and not an address typed by a person. */
    own: (): boolean => numberOf(page.history.state) !== null,
  };
}
export type Visits = ReturnType<typeof watchBrowser>;
