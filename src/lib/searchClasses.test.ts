import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { searchClasses, type SearchedClass } from './searchClasses.ts';

const imagenet: SearchedClass[] = readFileSync(join(import.meta.dirname, '../../models/llamagen/imagenet_classes.tsv'), 'utf8').trimEnd().split('\n').map((line) => {
  const [id, label, synonyms] = line.split('\t');
  return { id: id!, label: label!, synonyms: synonyms?.split(', ') };
});
const labels = (query: string, shown?: (label: string) => string) => searchClasses(imagenet, query, shown).map((index) => imagenet[index]!.label);

test('nothing typed: all, in the order of the pack', () => {
  expect(searchClasses(imagenet, ' ')).toEqual(imagenet.map((_, index) => index));
});

test('labels come before synonyms, whole names and starts before the rest', () => {
  expect(labels('cardigan')).toEqual(['cardigan', 'Cardigan Welsh corgi']);
  expect(labels('fox')[0]).toBe('fox squirrel');
  expect(labels('fox')).toContain('Arctic fox');
  expect(labels('tub')[0]).toBe('tub');
});

test('synonyms and ids are found, several words in any order', () => {
  expect(labels('Tinca')).toEqual(['tench']);
  expect(labels('man-eater')).toEqual(['great white shark']);
  expect(labels('n01440764')).toEqual(['tench']);
  expect(labels('shark white')).toEqual(['great white shark']);
  expect(labels('nothing like it')).toEqual([]);
});

test('accents and case do not matter, and the label as shown is searched, too', () => {
  const one: SearchedClass[] = [{ id: 'a', label: 'Forêt' }, { id: 'b', label: 'Forest' }];
  expect(searchClasses(one, 'FORET')).toEqual([0]);
  expect(searchClasses(one, 'wald', (label) => (label === 'Forest' ? 'Wald' : label))).toEqual([1]);
});
