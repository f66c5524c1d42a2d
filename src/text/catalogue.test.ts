import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { de } from './de/index.ts';
import { SAID, WORDS } from './de/said.ts';

const root = join(import.meta.dirname, '../..');
const sources = (...folders: string[]) => folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|(^|\/)text\//.test(path))
  .map((path) => readFileSync(join(root, folder, path), 'utf8').replaceAll("\\'", "'"))).join('\n');
const names = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

test.each(Object.entries(de))('"%s" has the same parts in German', (english, german) => {
  expect(names(german)).toEqual(names(english));
  expect(german.trim()).not.toBe('');
});

test('every text is shown somewhere', () => {
  const views = sources('src');
  expect(Object.keys(de).filter((english) => !views.includes(`'${english}'`))).toEqual([]);
});

test('every text taken from packs, engine and worker is one that these have, part by part', () => {
  const below = sources('src', 'engine', 'packs', 'workers') + readFileSync(join(root, 'public/models/eurosat/manifest.json'), 'utf8');
  const parts = (text: string) => text.split(/\{\w+\}/).map((part) => part.trim()).filter((part) => /[a-z]{3}/i.test(part));
  expect([...Object.keys(WORDS), ...Object.keys(SAID)].flatMap(parts).filter((part) => !below.includes(part))).toEqual([]);
  for (const [english, german] of Object.entries(SAID)) for (const name of names(german)) expect(names(english), english).toContain(name);
});
