import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { syntheticPack } from '../../fixtures/synthetic.ts';
import { parseRun, RunLog, type Run } from '../../engine/log.ts';
import { say } from '../../engine/phrase.ts';
import { overlappingZip } from '../../packs/testing/overlapping-zip.ts';
import { archiveOf, readArchive, writeArchive } from './archive.ts';
import { openHistoryDb } from './db.ts';
import { createHistory } from './history.ts';

let run: Run;
const picture = new Uint8Array(readFileSync('public/models/eurosat/thumbnails.png'));
const made = () => createHistory(openHistoryDb);

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  const { files } = await syntheticPack();
  run = parseRun(JSON.parse(files.get('recordings/river-7.json')!.toString()));
});

async function saved(): Promise<Uint8Array> {
  const history = made();
  await history.add({ run, picture });
  await history.add({ run: new RunLog(run.header, run.events.slice(0, 40)).toRun(), picture: null });
  await history.setPinned(history.getState().entries.find(({ complete }) => complete)!.id, true);
  return (await archiveOf(history)).file!;
}

it('all of a history, pictures, pins and stopped runs, comes back in another browser; once only', async () => {
  const file = await saved();
  globalThis.indexedDB = new IDBFactory();
  const elsewhere = made();
  const { taken, undo } = await elsewhere.takeIn(readArchive(file));
  expect(taken).toBe(2);
  const after = made();
  await after.load();
  const entries = after.getState().entries.toSorted((a, b) => b.tokens - a.tokens);
  expect(entries).toMatchObject([{ pinned: true, complete: true, tokens: 256, picture }, { pinned: false, complete: false, tokens: 40, picture: null }]);
  expect(await after.read(entries[0]!.id)).toEqual(run);
  expect((await after.takeIn(readArchive(file))).taken).toBe(0);
  await undo();
  await after.load();
  expect(after.getState().entries).toEqual([]);
});

describe('runs that another tab deleted', () => {
  const deletedElsewhere = async (history: ReturnType<typeof made>, which: (tokens: number) => boolean) => {
    const tab = made();
    await tab.load();
    await tab.remove(tab.getState().entries.filter(({ tokens }) => which(tokens)).map(({ id }) => id));
    return archiveOf(history);
  };
  const two = async () => {
    const history = made();
    await history.add({ run, picture });
    await history.add({ run: new RunLog(run.header, run.events.slice(0, 40)).toRun(), picture: null });
    return history;
  };

  it('some of them: the file holds the others, it is said how many could not be saved, and the list is read anew', async () => {
    const history = await two();
    const { file, problem } = await deletedElsewhere(history, (tokens) => tokens === 40);
    expect(readArchive(file!).map(({ entry }) => entry.tokens)).toEqual([256]);
    expect(problem).toMatchObject({ code: 'history-gone', message: say`1 run could not be saved.` });
    expect(history.getState().entries.map(({ tokens }) => tokens)).toEqual([256]);
    expect(await archiveOf(history)).toMatchObject({ problem: null });
  });

  it('all of them: no file is written', async () => {
    const history = await two();
    expect(await deletedElsewhere(history, () => true)).toMatchObject({ file: null, problem: { message: say`${2} runs could not be saved.` } });
    expect(history.getState().entries).toEqual([]);
  });
});

describe('a file that is no history', () => {
  const changed = async (change: (files: Record<string, Uint8Array>) => void) => {
    const files = unzipSync(await saved());
    change(files);
    return zipSync(files);
  };
  const runFile = (files: Record<string, Uint8Array>) => Object.keys(files).find((name) => name.endsWith('.run.json'))!;
  it.each<[string, (files: Record<string, Uint8Array>) => void, RegExp]>([
    ['without its list', (files) => { delete files['history.json']; }, /history.json is missing/],
    ['of another version', (files) => { files['history.json'] = strToU8(strFromU8(files['history.json']!).replace('"formatVersion":1', '"formatVersion":9')); }, /not one that this version/],
    ['without one of its runs', (files) => { delete files[runFile(files)]; }, /is missing in it/],
    ['with a run that is nonsense', (files) => { files[runFile(files)] = strToU8('{"format":"dpar-run"}'); }, /cannot be read/],
    ['with a run that is no JSON', (files) => { files[runFile(files)] = strToU8('{'); }, /not JSON that can be used/],
    ['with a picture that is none', (files) => { files[Object.keys(files).find((name) => name.endsWith('.png'))!] = new Uint8Array(40); }, /picture of .* is damaged/],
  ])('%s is refused whole, with the reason', async (_, change, why) => {
    const file = await changed(change);
    expect(() => readArchive(file)).toThrow(why);
  });

  it('one that is damaged, or would grow beyond measure, is refused', () => {
    expect(() => readArchive(new Uint8Array([1, 2, 3]))).toThrow(/damaged or is not a history/);
    const huge = zipSync(Object.fromEntries(Array.from({ length: 4100 }, (_, i) => [`${i}`, new Uint8Array(0)])));
    expect(() => readArchive(huge)).toThrow(/far larger/);
    expect(() => readArchive(overlappingZip(600, 1_000_000)), 'entries that share their bytes').toThrow(/far larger/);
  });
});

it('a run is listed alike in the browser that made it and in one that took it in', async () => {
  const history = made();
  await history.add({ run, picture });
  const { kept } = await history.all();
  expect(readArchive(writeArchive(kept)).map(({ entry }) => entry)).toEqual(kept.map(({ entry }) => entry));
});
