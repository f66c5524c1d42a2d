import { createStore } from 'zustand/vanilla';
import { say } from '../../engine/phrase.ts';
import type { Run } from '../../engine/log.ts';
import { randomId } from '../lib/randomId.ts';
import { problem, type Problem } from '../state/problem.ts';
import { BlockedError, beyondCap, keptOf, type Cap, type HistoryDb, type HistoryEntry, type Kept } from './entry.ts';

const CAP: Cap = { runs: 200, bytes: 64e6 };

interface HistoryState {
  /** Newest first. */
  entries: readonly HistoryEntry[];
  loaded: boolean;
  /** Why runs of this visit are not kept beyond it; null when they are. */
  problem: Problem | null;
}

interface NewRun {
  run: Run;
  picture: Uint8Array<ArrayBuffer> | null;
}

export type History = ReturnType<typeof createHistory>;

const noStore = () => problem('history-memory', say`This browser does not let the studio keep runs.`, say`The history lasts until this page is closed. Private windows and blocked site data cause this.`);
const storeFull = () => problem('history-full', say`The browser has no room for more runs.`, say`New ones last until this page is closed. Delete runs that are no longer needed, or save them as files.`);

const storeBlocked = () => problem('history-blocked', say`Another tab of the studio keeps the history.`, say`Runs of this page last until it is closed. Close the other tabs of the studio, then reload this one.`);

const notDeleted = () => problem('history-kept', say`The browser did not delete what was stored.`, say`What is gone from the list is back once this page is loaded again. Try it then.`);

/** Names of a transaction's errors on a connection that was closed, as when site data are cleared while the page is open. */
const CLOSED = ['InvalidStateError', 'NotFoundError', 'AbortError'];

const sorted = (entries: readonly HistoryEntry[]) => [...entries].sort((a, b) => b.when - a.when);

/** Runs from a browser whose clock was ahead would be newer than all that is made here: in their order, they end now. */
const notAhead = (list: readonly Kept[], now: number): Kept[] =>
  [...list].sort((a, b) => b.entry.when - a.entry.when).map(({ entry, log }, i) => ({ log, entry: { ...entry, when: Math.min(entry.when, Math.max(0, now - i)) } }));

/** The runs made in this browser. What cannot be stored is kept for this visit; nothing that is done here rejects but `read`. */
export function createHistory(open: () => Promise<HistoryDb>, options: { cap?: Cap; now?: () => number; newId?: () => string } = {}) {
  const { cap = CAP, now = Date.now, newId = randomId } = options;
  const store = createStore<HistoryState>(() => ({ entries: [], loaded: false, problem: null }));
  /** Runs that only this page holds: the database is missing or full. */
  const held = new Map<string, Kept>();
  /** Events of runs whose removal is under way. */
  const leaving = new Map<string, string>();
  let opening: Promise<HistoryDb | null> | null = null;

  /** A database that could not be opened is tried again the next time. */
  const db = () => (opening ??= open().then((base) => {
    if (['history-memory', 'history-blocked'].includes(store.getState().problem?.code ?? '')) store.setState({ problem: null });
    return base;
  }, (error: unknown) => {
    opening = null;
    store.setState({ problem: error instanceof BlockedError ? storeBlocked() : noStore() });
    return null;
  }));

  /** Runs `work` on the database; false when it is missing or refuses. A connection that the browser closed is opened again, once. */
  async function attempt(work: (db: HistoryDb) => Promise<unknown>, again = true): Promise<boolean> {
    const base = await db();
    if (!base) return false;
    try {
      await work(base);
      return true;
    } catch (error) {
      if (!again || !(error instanceof Error) || !CLOSED.includes(error.name)) return false;
      opening = null;
      return attempt(work, false);
    }
  }

  async function load(): Promise<void> {
    let stored: HistoryEntry[] = [];
    const read = await attempt(async (base) => { stored = await base.entries(); });
    if (!read && (await db())) store.setState({ problem: noStore() });
    store.setState({ entries: sorted([...stored, ...[...held.values()].map(({ entry }) => entry)]), loaded: true });
  }

  async function put(kept: Kept): Promise<void> {
    const { entry, log } = kept;
    if (await attempt((base) => base.put(entry, log))) {
      held.delete(entry.id);
      await storeHeld();
    } else {
      held.set(entry.id, kept);
      if (await db()) store.setState({ problem: storeFull() });
    }
    store.setState({ entries: sorted([...store.getState().entries.filter(({ id }) => id !== entry.id), entry]) });
  }

  /** There is a database and room again: runs that only this page holds are stored, too. */
  async function storeHeld(): Promise<void> {
    for (const [id, kept] of held) if (await attempt((base) => base.put(kept.entry, kept.log))) held.delete(id);
    if (held.size === 0 && store.getState().problem?.code === 'history-full') store.setState({ problem: null });
  }

  /** Gives up what is beyond the cap; returns it. What is pinned, and what is there at all, may have been changed by another tab. */
  async function makeRoom(): Promise<Kept[]> {
    if (beyondCap(store.getState().entries, cap).length === 0) return [];
    await load();
    const beyond = beyondCap(store.getState().entries, cap);
    return beyond.length > 0 ? take(beyond) : [];
  }

  async function putAll(list: readonly Kept[]): Promise<void> {
    for (const kept of list) await put(kept);
  }

  async function take(ids: readonly string[]): Promise<Kept[]> {
    const chosen = store.getState().entries.filter(({ id }) => ids.includes(id));
    const taken = await withLogs(chosen);
    const stored = ids.filter((id) => !held.delete(id)).length > 0;
    for (const { entry, log } of taken) leaving.set(entry.id, log);
    const gone = await attempt((base) => base.remove(ids));
    for (const id of ids) leaving.delete(id);
    store.setState({ entries: store.getState().entries.filter(({ id }) => !ids.includes(id)) });
    if (gone) await storeHeld();
    else if (stored && (await db())) store.setState({ problem: notDeleted() });
    return taken;
  }

  /** Those whose events are there. */
  async function withLogs(entries: readonly HistoryEntry[]): Promise<Kept[]> {
    const found = await Promise.all(entries.map(async (entry) => ({ entry, log: await logOf(entry.id) })));
    return found.flatMap(({ entry, log }) => (log === undefined ? [] : [{ entry, log }]));
  }

  async function logOf(id: string): Promise<string | undefined> {
    let log = held.get(id)?.log ?? leaving.get(id);
    if (log === undefined) await attempt(async (base) => { log = await base.log(id); });
    return log;
  }

  return {
    ...store,
    /** Reads what is stored; runs made meanwhile stay. */
    load,
    /** Keeps a run, complete or not; the oldest that are not pinned make room. */
    async add({ run, picture }: NewRun): Promise<void> {
      if (!store.getState().loaded) await load();
      // After those that are there, also where the clock was set back.
      const when = Math.max(now(), (store.getState().entries[0]?.when ?? -1) + 1);
      await put(keptOf(run, { id: newId(), when, pinned: false, picture }));
      await makeRoom();
    },
    /** All runs with their events, newest first. `gone`: how many of the list have none any more, as another tab deleted them; the list is read anew then. */
    async all(): Promise<{ kept: Kept[]; gone: number }> {
      const { entries } = store.getState();
      const kept = await withLogs(entries);
      const gone = entries.length - kept.length;
      if (gone > 0) await load();
      return { kept, gone };
    },
    /** Takes in runs of another history; those that are there stay as they are. Returns how many are new, how many earlier ones made room, and the way back. */
    async takeIn(kept: readonly Kept[]): Promise<{ taken: number; removed: number; undo: () => Promise<void> }> {
      if (!store.getState().loaded) await load();
      const there = new Set(store.getState().entries.map(({ id }) => id));
      const fresh = kept.filter(({ entry }) => !there.has(entry.id));
      await putAll(notAhead(fresh, now()));
      const beyond = await makeRoom();
      const earlier = beyond.filter(({ entry }) => there.has(entry.id));
      const ids = fresh.map(({ entry }) => entry.id).filter((id) => store.getState().entries.some((entry) => entry.id === id));
      const undo = async () => {
        await take(ids);
        await putAll(earlier);
      };
      return { taken: ids.length, removed: earlier.length, undo };
    },
    async setPinned(id: string, pinned: boolean): Promise<void> {
      const entries = store.getState().entries.map((entry) => (entry.id === id ? { ...entry, pinned } : entry));
      store.setState({ entries });
      const kept = held.get(id);
      if (kept) held.set(id, { ...kept, entry: { ...kept.entry, pinned } });
      else await attempt((base) => base.setPinned(id, pinned));
    },
    /** Deletes runs; the returned function brings them back. */
    async remove(ids: readonly string[]): Promise<() => Promise<void>> {
      const taken = await take(ids);
      return () => putAll(taken);
    },
    /** A run with its events. Throws `run-invalid` when it is gone, with the list read anew, or was altered. */
    async read(id: string): Promise<Run> {
      const log = await logOf(id);
      if (log === undefined) await load();
      return (await import('./readRun.ts')).readRun(log);
    },
  };
}
