import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { de } from './de/index.ts';
import { names as nameTable } from './de/phrases/names.ts';
import { phrases } from './de/phrases/index.ts';
import { german } from './german.ts';

const root = join(import.meta.dirname, '../..');
const paths = (...folders: string[]) => folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|(^|\/)(text|testing)\//.test(path)).map((path) => join(folder, path)));
const source = (path: string) => readFileSync(join(root, path), 'utf8');
const names = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

/** Templates of all phrases of a file, and what a person would read of it that is none: plain words as a value, or given to `quote` or `term`. */
function read(path: string): { templates: string[]; plain: string[] } {
  const found = { templates: [] as string[], plain: [] as string[] };
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'say') {
      const { template } = node;
      found.templates.push(ts.isNoSubstitutionTemplateLiteral(template) ? template.text : template.templateSpans.reduce((text, { literal }, i) => `${text}{${i}}${literal.text}`, template.head.text));
      if (!ts.isNoSubstitutionTemplateLiteral(template)) for (const { expression } of template.templateSpans) words(expression);
    }
    if (ts.isCallExpression(node) && ['quote', 'term'].includes(node.expression.getText())) node.arguments.forEach(words);
    ts.forEachChild(node, visit);
  };
  /** English in a value: a literal with letters and a space. */
  const words = (node: ts.Node): void => {
    if ((ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) && /[a-z]+ [a-z]/i.test(node.text)) found.plain.push(`${path}: ${node.text}`);
    if (ts.isTemplateExpression(node) && /[a-z]+ [a-z]/i.test(node.getText().replace(/\$\{[^}]*\}/g, ''))) found.plain.push(`${path}: ${node.getText()}`);
    if (!ts.isTaggedTemplateExpression(node)) ts.forEachChild(node, words);
  };
  visit(ts.createSourceFile(path, source(path), ts.ScriptTarget.Latest, true));
  return found;
}
const all = paths('src', 'engine', 'packs', 'workers').map(read);
/** What has letters of its own; the rest is the same in every language. */
const templates = new Set(all.flatMap((file) => file.templates).filter((text) => /[a-z]/i.test(text.replace(/\{\d+\}/g, ''))));

test.each(Object.entries({ ...de, ...phrases }))('"%s" has the same parts in German', (english, translated) => {
  expect(names(translated)).toEqual(names(english));
  expect(translated.trim()).not.toBe('');
});

test.each([
  ['gate', /\bgate\b/i, /Gate/],
  ['threshold', /\bthresholds?\b/i, /schwelle/i],
  ['grid', /\bgrid\b/i, /Raster/],
  ['static patches', /\bstatic\b/i, /statisch/i],
])('a %s has one word in German', (_name, english, word) => {
  const texts = Object.entries({ ...de, ...phrases });
  expect(texts.filter(([text, translated]) => english.test(text.replace(/\{\w+\}/g, '')) && !word.test(translated))).toEqual([]);
});

test('a threshold is E_th, never a gate, and no grid is a "Gitter"', () => {
  const texts = Object.entries({ ...de, ...phrases });
  const other = texts.filter(([text, translated]) => (/schwelle/i.test(translated) && !/threshold|E_th/i.test(text)) || /gitter/i.test(translated));
  expect(other).toEqual([]);
});

test('every text is shown somewhere', () => {
  const views = paths('src').map(source).join('\n').replaceAll("\\'", "'");
  expect(Object.keys(de).filter((english) => !views.includes(`'${english}'`) && !templates.has(english))).toEqual([]);
});

test('every phrase of page, engine, packs and worker has its German', () => {
  expect(templates.size).toBeGreaterThan(200);
  expect([...templates].filter((template) => !Object.hasOwn(german.messages, template))).toEqual([]);
});

test('nothing that a person reads stands in a phrase in plain English', () => {
  expect(all.flatMap(({ plain }) => plain)).toEqual([]);
});

const manifests = ['characters', 'characters-192', 'characters-baseline', 'eurosat', 'eurosat-baseline'].map((pack) => source(`public/models/${pack}/manifest.json`));

test('every title and description of a pack beside the page has its German, but for names that are the same', () => {
  const words = manifests.map((text) => JSON.parse(text) as { title: string; description: string }).flatMap(({ title, description }) => [title, description]);
  expect(words.filter((text) => !Object.hasOwn(nameTable, text))).toEqual(['EuroSAT']);
});

test('every phrase in German is one of these, every name one of a pack beside the page', () => {
  const packs = manifests.join();
  expect(Object.keys(nameTable).filter((name) => !packs.includes(JSON.stringify(name)))).toEqual([]);
  expect(Object.keys(phrases).filter((phrase) => !Object.hasOwn(nameTable, phrase) && !templates.has(phrase))).toEqual([]);
  expect(Object.keys(phrases).filter((phrase) => Object.hasOwn(de, phrase)), 'once').toEqual([]);
});

test('a text stands in one file of the German ones', () => {
  const keys = Object.values(import.meta.glob<Record<string, Record<string, string>>>('./de/*.ts', { eager: true })).flatMap((module) => Object.values(module)).filter((table) => table !== de).flatMap(Object.keys);
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
});
