import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { syntheticPack } from '../../fixtures/synthetic.ts';
import { parseRun, RunLog, type Run } from '../../engine/log.ts';
import { openHistoryDb } from './db.ts';
import { beyondCap, totalBytes, type HistoryDb, type HistoryEntry, type Kept } from './entry.ts';
import { createHistory } from './history.ts';

let run: Run;
const made = (open: () => Promise<HistoryDb> = openHistoryDb, cap?: { runs: number; bytes: number }) => {
  let [when, id] = [0, 0];
  return createHistory(open, { ...(cap && { cap }), now: () => ++when, newId: () => `run-${++id}-${Math.random()}` });
};
const picture = new Uint8Array([1, 2, 3]);
const add = (history: ReturnType<typeof createHistory>, title: string, events = run.events) => history.add({ run: new RunLog({ ...run.header, className: title }, events).toRun(), picture });
const titles = (history: ReturnType<typeof createHistory>) => history.getState().entries.map(({ header }) => header.className);

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  const { files } = await syntheticPack();
  run = parseRun(JSON.parse(files.get('recordings/river-7.json')!.toString()));
});

describe('history', () => {
  it('survives a reload: entries, events and pictures', async () => {
    await add(made(), 'River');
    const after = made();
    await after.load();
    const [entry] = after.getState().entries;
    expect(entry).toMatchObject({ header: { className: 'River' }, complete: true, tokens: 256, pinned: false, picture });
    expect(entry!.bytes).toBeGreaterThan(10_000);
    expect(await after.read(entry!.id)).toMatchObject({ events: run.events, digest: run.digest });
    expect(after.getState().problem).toBeNull();
  });

  it('keeps stopped runs, marked', async () => {
    const history = made();
    await add(history, 'stopped', run.events.slice(0, 40));
    const [entry] = history.getState().entries;
    expect(entry).toMatchObject({ complete: false, tokens: 40 });
    expect((await history.read(entry!.id)).events).toHaveLength(40);
  });

  it('goes on after the site data were cleared while the page was open: the connection is opened again', async () => {
    const open: HistoryDb[] = [];
    let closed = false;
    const history = made(async () => {
      const base = await openHistoryDb();
      const refusing = new Proxy(base, { get: (target, key) => (closed && open[0] === refusing ? () => Promise.reject(new DOMException('The database connection is closing.', 'InvalidStateError')) : Reflect.get(target, key)) });
      open.push(refusing);
      return refusing;
    });
    await add(history, 'before');
    globalThis.indexedDB = new IDBFactory();
    closed = true;
    await add(history, 'after');
    expect(open).toHaveLength(2);
    expect(history.getState().problem).toBeNull();
    const reloaded = made();
    await reloaded.load();
    expect(titles(reloaded)).toEqual(['after']);
  });

  it('stores what it only held once there is a database', async () => {
    let there = false;
    const history = made(() => (there ? openHistoryDb() : Promise.reject(new Error('denied'))));
    await add(history, 'held');
    expect(history.getState().problem?.code).toBe('history-memory');
    there = true;
    await add(history, 'stored');
    expect(history.getState().problem).toBeNull();
    const reloaded = made();
    await reloaded.load();
    expect(titles(reloaded).sort()).toEqual(['held', 'stored']);
  });

  it('keeps what is added before it was read', async () => {
    await add(made(), 'earlier');
    const history = made();
    await Promise.all([history.load(), add(history, 'new')]);
    expect(titles(history).sort()).toEqual(['earlier', 'new']);
  });

  it('deletes, and brings back whole', async () => {
    const history = made();
    for (const title of ['a', 'b', 'c']) await add(history, title);
    const [, b] = history.getState().entries;
    const undo = await history.remove([b!.id]);
    expect(titles(history)).toEqual(['c', 'a']);
    const other = made();
    await other.load();
    expect(titles(other)).toEqual(['c', 'a']);
    await undo();
    expect(titles(history)).toEqual(['c', 'b', 'a']);
    await other.load();
    expect(await other.read(b!.id)).toMatchObject({ events: run.events, digest: run.digest });
  });

  it('says that a run deleted elsewhere is gone', async () => {
    const history = made();
    await add(history, 'a');
    const { id } = history.getState().entries[0]!;
    const other = made();
    await other.load();
    await other.remove([id]);
    await expect(history.read(id)).rejects.toMatchObject({ code: 'run-invalid' });
    expect(titles(history), 'and the list is read anew').toEqual([]);
  });

  it('remembers pins and gives up the oldest that are not pinned', async () => {
    const history = made(undefined, { runs: 3, bytes: 1e9 });
    await add(history, 'a');
    await history.setPinned(history.getState().entries[0]!.id, true);
    for (const title of ['b', 'c', 'd', 'e']) await add(history, title);
    expect(titles(history)).toEqual(['e', 'd', 'a']);
    const after = made();
    await after.load();
    expect(titles(after)).toEqual(['e', 'd', 'a']);
    expect(after.getState().entries.at(-1)!.pinned).toBe(true);
  });

  it('an import names how many earlier runs made room, and its way back brings them back whole', async () => {
    const elsewhere = made();
    for (const title of ['x', 'y']) await add(elsewhere, title);
    const archive = (await elsewhere.all()).kept.map(({ entry, log }) => ({ log, entry: { ...entry, when: entry.when + 100 } }));
    globalThis.indexedDB = new IDBFactory();
    const history = made(undefined, { runs: 3, bytes: 1e9 });
    for (const title of ['a', 'b', 'c']) await add(history, title);
    const oldest = history.getState().entries.at(-1)!.id;
    const { taken, removed, undo } = await history.takeIn(archive);
    expect([taken, removed, titles(history)]).toEqual([2, 2, ['y', 'x', 'c']]);
    await undo();
    const after = made();
    await after.load();
    expect([titles(history), titles(after)]).toEqual([['c', 'b', 'a'], ['c', 'b', 'a']]);
    expect(await after.read(oldest)).toMatchObject({ events: run.events, digest: run.digest });
  });

  it('of an import that is older than all there is, what finds no room is left out, and nothing makes room', async () => {
    const elsewhere = made();
    for (const title of ['x', 'y']) await add(elsewhere, title);
    const archive = (await elsewhere.all()).kept.map(({ entry, log }) => ({ log, entry: { ...entry, when: entry.when - 100 } }));
    globalThis.indexedDB = new IDBFactory();
    const history = made(undefined, { runs: 3, bytes: 1e9 });
    for (const title of ['a', 'b']) await add(history, title);
    expect(await history.takeIn(archive)).toMatchObject({ taken: 1, removed: 0 });
    expect(titles(history)).toEqual(['b', 'a', 'y']);
  });

  it('leaves rows of another shape alone', async () => {
    const history = made();
    await add(history, 'a');
    const db = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('dpar-studio');
      request.onsuccess = () => resolve(request.result);
    });
    await new Promise((resolve) => {
      const work = db.transaction('entries', 'readwrite');
      work.objectStore('entries').put({ id: 'strange', when: 'now' });
      work.oncomplete = resolve;
    });
    await history.load();
    expect(titles(history)).toEqual(['a']);
  });

  it('lives in memory with a word where there is no database', async () => {
    const history = made(() => Promise.reject(new Error('SecurityError')));
    await add(history, 'a');
    expect(history.getState().problem).toMatchObject({ code: 'history-memory' });
    const { id } = history.getState().entries[0]!;
    expect(await history.read(id)).toMatchObject({ events: run.events, digest: run.digest });
    await history.setPinned(id, true);
    await history.load();
    expect(history.getState().entries).toMatchObject([{ header: { className: 'a' }, pinned: true }]);
    const undo = await history.remove([id]);
    expect(titles(history)).toEqual([]);
    await undo();
    expect(titles(history)).toEqual(['a']);
  });

  it('says that another tab keeps the database, and holds runs for this visit', async () => {
    const older = indexedDB.open('dpar-studio', 1);
    await new Promise((resolve) => { older.onsuccess = resolve; });
    older.result.onversionchange = () => undefined; // a frozen tab makes no room
    const removal = indexedDB.deleteDatabase('dpar-studio');
    await new Promise((resolve) => { removal.onblocked = resolve; });
    const history = made(() => openHistoryDb(100));
    await add(history, 'a');
    expect(history.getState().problem).toMatchObject({ code: 'history-blocked' });
    expect(titles(history)).toEqual(['a']);
    older.result.close();
  });

  it.each([['nonsense', '{'], ['a value that is no run', 'null'], ['half a character', '"\\ud800"'], ['no text', 7 as never]])('a stored run that is %s is refused in our own words', async (_, log) => {
    const history = made(async () => ({ ...(await openHistoryDb()), log: async () => log }));
    await add(history, 'a');
    await expect(history.read(history.getState().entries[0]!.id)).rejects.toMatchObject({ code: 'run-invalid', message: expect.stringMatching(/^This run cannot be read/) });
  });

  it('stores what it held, and says nothing any more, once runs are deleted', async () => {
    await add(made(), 'stored');
    let room = false;
    const history = made(async () => {
      const base = await openHistoryDb();
      const refuse = () => Promise.reject(new DOMException('', 'QuotaExceededError'));
      return { ...base, put: (...kept) => (room ? base.put(...kept) : refuse()), remove: (ids) => { room = true; return base.remove(ids); } };
    });
    await add(history, 'held');
    expect(history.getState().problem).toMatchObject({ code: 'history-full' });
    await history.remove(history.getState().entries.filter(({ header }) => header.className === 'stored').map(({ id }) => id));
    expect(history.getState().problem).toBeNull();
    const later = made();
    await later.load();
    expect(titles(later)).toEqual(['held']);
  });

  it('keeps the run just made where the clock was set back, and takes in none from the future', async () => {
    let time = 2_000_000;
    const history = createHistory(openHistoryDb, { cap: { runs: 3, bytes: 1e9 }, now: () => time++ });
    for (const title of ['a', 'b', 'c']) await add(history, title);
    time = 1_000_000;
    await add(history, 'd');
    expect(titles(history)).toEqual(['d', 'c', 'b']);
    time = 3_000_000;
    const later = made();
    await later.load();
    const [{ entry, log }] = (await later.all()).kept as [Kept];
    await history.takeIn([{ log, entry: { ...entry, id: 'far', when: 9e15 } }]);
    await add(history, 'e');
    expect(titles(history)[0]).toBe('e');
    expect(history.getState().entries[0]!.when).toBeLessThan(4_000_000);
  });

  it('keeps to the cap, and keeps what is pinned, over tabs', async () => {
    const [a, b] = [made(openHistoryDb, { runs: 3, bytes: 1e9 }), made(openHistoryDb, { runs: 3, bytes: 1e9 })];
    for (const title of ['first', 'second', 'third']) await add(a, title);
    await b.load();
    await b.setPinned(b.getState().entries.at(-1)!.id, true);
    await add(a, 'fourth');
    expect(titles(a)).toEqual(['fourth', 'third', 'first']);
  });

  it('keeps new runs for this visit with a word when the database is full', async () => {
    const full = async (): Promise<HistoryDb> => ({ ...(await openHistoryDb()), put: () => Promise.reject(new DOMException('', 'QuotaExceededError')) });
    await add(made(), 'stored');
    const history = made(full);
    await add(history, 'held');
    expect(history.getState().problem).toMatchObject({ code: 'history-full' });
    expect(titles(history).sort()).toEqual(['held', 'stored']);
    await history.load();
    expect(titles(history).sort()).toEqual(['held', 'stored']);
    for (const entry of history.getState().entries) expect(await history.read(entry.id)).toMatchObject({ events: run.events, digest: run.digest });
  });
});

describe('cap', () => {
  const entry = (when: number, pinned = false, bytes = 10) => ({ id: String(when), when, pinned, bytes }) as HistoryEntry;
  it('by number and by bytes, oldest first, never pinned or the newest', () => {
    const list = [entry(3), entry(1), entry(2, true), entry(4)];
    expect(beyondCap(list, { runs: 4, bytes: 1000 })).toEqual([]);
    expect(beyondCap(list, { runs: 3, bytes: 1000 })).toEqual(['1']);
    expect(beyondCap(list, { runs: 9, bytes: 25 })).toEqual(['1', '3']);
    expect(beyondCap(list, { runs: 0, bytes: 0 })).toEqual(['1', '3']);
    expect(totalBytes(list)).toBe(40);
  });

  it('pressed twice, the way back of the second press brings the run back, too', async () => {
    let pressed = () => {};
    const history = made(async () => {
      const base = await openHistoryDb();
      return { ...base, remove: (ids) => { const work = base.remove(ids); pressed(); return work; } };
    });
    await add(history, 'River');
    const [{ id }] = history.getState().entries as [HistoryEntry];
    let second: Promise<() => Promise<void>> | null = null;
    // A second press while the row is still shown.
    pressed = () => { pressed = () => {}; if (history.getState().entries.length > 0) second = history.remove([id]); };
    const first = await history.remove([id]);
    const undo = second ? await (second as Promise<() => Promise<void>>) : first;
    await undo();
    expect(titles(history)).toEqual(['River']);
  });

  it('a run that only the page held, deleted while others are stored, stays deleted', async () => {
    await add(made(), 'stored');
    let room = false;
    let meanwhile = () => {};
    const history = made(async () => {
      const base = await openHistoryDb();
      const refuse = () => Promise.reject(new DOMException('', 'QuotaExceededError'));
      return { ...base, put: (...kept) => (room ? base.put(...kept) : refuse()), remove: async (ids) => { await base.remove(ids); meanwhile(); await new Promise((resolve) => setTimeout(resolve, 20)); } };
    });
    await add(history, 'held');
    const held = history.getState().entries.find(({ header }) => header.className === 'held')!.id;
    let stored: Promise<void> | null = null;
    meanwhile = () => { room = true; stored ??= add(history, 'another'); };
    await history.remove([held]);
    await stored;
    const reloaded = made();
    await reloaded.load();
    expect([titles(history).sort(), titles(reloaded).sort()]).toEqual([['another', 'stored'], ['another', 'stored']]);
  });

  it('says so where the database refuses to delete, and only then', async () => {
    const history = made(async () => ({ ...(await openHistoryDb()), remove: () => Promise.reject(new DOMException('', 'UnknownError')) }));
    await add(history, 'River');
    await history.remove(history.getState().entries.map(({ id }) => id));
    expect(history.getState().problem).toMatchObject({ code: 'history-kept' });
    const reloaded = made();
    await reloaded.load();
    expect(titles(reloaded)).toEqual(['River']);
    await reloaded.remove(reloaded.getState().entries.map(({ id }) => id));
    expect([reloaded.getState().problem, titles(reloaded)]).toEqual([null, []]);
  });
});
