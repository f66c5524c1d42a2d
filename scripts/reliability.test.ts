/** docs/reliability.md against the tests and defences that it speaks of. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Defence } from './defences.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Stands for what a test's table puts into its title. */
const HOLE = '\0';
const MOST_IN_A_HOLE = 40;
const LEAST_SAME = 10;

/** `said` is what the title becomes, or its beginning; `same` letters of it stand in the source as they are. */
function agrees(said: string, title: string, same = 0): boolean {
  if (said === '') return same >= LEAST_SAME;
  if (title === '') return false;
  if (title[0] !== HOLE) return said[0] === title[0] && agrees(said.slice(1), title.slice(1), same + 1);
  const most = Math.min(MOST_IN_A_HOLE, said.length - (title.length > 1 ? 1 : 0));
  for (let n = 1; n <= most; n++) if (agrees(said.slice(n), title.slice(1), same)) return true;
  return false;
}

/** Titles of the tests of a file, as they stand in its source, without quotes; those of Python are the words of a function's name. */
const titlesOf = (source: string, file: string): string[] => file.endsWith('.py')
  ? [...source.matchAll(/^def test_(\w+)\(/gm)].map(([, name]) => name!.replaceAll('_', ' '))
  : [...source.matchAll(/(?:^\s*|\)\s*)(?:test|it)?\(\s*(['`"])((?:\\.|(?!\1).)+)\1, /gm)]
    .map(([, , title]) => title!.replace(/\\(.)/g, '$1').replaceAll('"', '').replace(/\$\{[^}]*\}|%[sifd]|\$\w+/g, HOLE));

interface Row {
  fault: string;
  files: string[];
  named: { file: string; title: string }[];
  proved: boolean;
}

const page = read('docs/reliability.md');
/** The cells of its tables of faults; other tables have two columns. */
const cells = page.split('\n').map((line) => line.split('|').slice(1, -1).map((text) => text.trim())).filter(({ length }) => length > 2);
/** A D in the last column: taking the defence out was tried. */
const rows: Row[] = cells.filter(([fault]) => !/^(-+|fault)$/.test(fault!)).map(([fault, , , unit, browser, proved]) => {
  const named = [...`${unit} ${browser}`.matchAll(/([\w/-]+)((?:,? "[^"]+")+)/g)].flatMap(([, path, titles]) => {
    const file = path!.startsWith('models/') ? path!.replace('models/', 'models/tests/') + '.py' : `${path}${path!.startsWith('e2e/') ? '.spec' : '.test'}.ts`;
    return [...titles!.matchAll(/"([^"]+)"/g)].map(([, title]) => ({ file, title: title! }));
  });
  return { fault: fault!, named, files: [...new Set(named.map(({ file }) => file))], proved: proved === 'D' };
});

const defences = JSON.parse(read('scripts/defences.json')) as Defence[];

test('as many defences are named as there are', () => {
  const browser = defences.filter(({ test }) => test.endsWith('.spec.ts')).length;
  expect(page.replaceAll(/\s+/g, ' ')).toContain(`all ${defences.length - browser} that a unit test shows, and all ${browser} in a browser`);
});

test('titles are distinguished', () => {
  expect(agrees('a shard that is altered is named', `a shard that is ${HOLE} is named, and so on`)).toBe(true);
  expect(agrees('a shard that is altered is eaten', `a shard that is ${HOLE} is named`)).toBe(false);
  expect(agrees('anything', HOLE)).toBe(false);
});

test('there are at least 30 faults, each with a test of its own name', () => {
  expect(rows.length).toBeGreaterThanOrEqual(30);
  expect(new Set(rows.map(({ fault }) => fault)).size).toBe(rows.length);
  expect(rows.filter(({ named }) => named.length === 0).map(({ fault }) => fault)).toEqual([]);
});

test('each of the trials has rows in the tables', () => {
  const trials = [...read('docs/decisions/0020-reliability-trials.md').matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, trial, fault]) => ({ trial: Number(trial), fault: fault! }));
  expect([...new Set(trials.map(({ trial }) => trial))]).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
  const faults = rows.map(({ fault }) => fault);
  for (const { fault } of trials) expect(faults).toContain(fault);
});

describe.each(rows)('$fault', ({ fault, named, files, proved }) => {
  test.each(named)('$file: $title', ({ file, title }) => {
    expect(existsSync(join(root, file)), `${file} is there`).toBe(true);
    expect(titlesOf(read(file), file).filter((other) => agrees(title, other)), `tests of this title in ${file}`).not.toEqual([]);
  });
  test(proved ? 'its defence is in scripts/defences.json' : 'it claims no defence', () => {
    expect(defences.some((defence) => defence.fault === fault && files.includes(defence.test))).toBe(proved);
  });
});

test.each(defences)('defence against "$fault" stands once in $file, and its test is in the table', ({ fault, file, find, without, test: path, title }) => {
  expect(read(file).split(find)).toHaveLength(2);
  expect(without).not.toBe(find);
  const row = rows.find((entry) => entry.fault === fault);
  expect(row?.files).toContain(path);
  const cited = row!.named.filter((entry) => entry.file === path).map((entry) => entry.title.replace('%i', '404'));
  expect(cited.filter((words) => words.startsWith(title.replaceAll('"', '')) || title.replaceAll('"', '').startsWith(words))).not.toEqual([]);
});
