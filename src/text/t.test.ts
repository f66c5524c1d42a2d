import { createElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, expect, test } from 'vitest';
import type { StudioError } from '../../engine/errors.ts';
import { resolveClass } from '../../engine/pack-settings.ts';
import { readPermalink } from '../../engine/permalink.ts';
import { rounded, say } from '../../engine/phrase.ts';
import { parseSetting } from '../../engine/setting-text.ts';
import { settingsTable } from '../../engine/settings.ts';
import { fixed, nats } from '../lib/format.ts';
import { titleOf } from '../state/runRequest.ts';
import { german } from './german.ts';
import { rich } from './rich.tsx';
import { named, speak, t, translated } from './t.ts';

afterEach(() => speak(null));

test('English is what stands in the views', () => {
  expect(t('Step {step} of {n}', { step: 2, n: 7 })).toBe('Step 2 of 7');
  expect(named('Forest')).toBe('Forest');
  expect(translated(say`${'a'}, seed ${7}`)).toBe('a, seed 7');
  expect(nats(1.5)).toBe('1.50\u00a0nats');
});

test('German has its own words, order and decimal comma', () => {
  speak(german);
  expect(t('Open {title}', { title: 'Wald' })).toBe('Wald öffnen');
  expect(fixed(1234.5, 1)).toBe('1234,5');
  expect(nats(null)).toBe('k. A.');
  expect(translated(say`${rounded(4.5, 2)} ${0.5} ${'1.5'} ${'a'}`)).toBe('4,50 0,5 1.5 a');
});

test('a phrase is worded by its template, what stands in it in turn; what a person typed stays as it is', () => {
  speak(german);
  expect(translated(titleOf({ className: 'Sea or lake', seed: 12 }))).toBe('Meer oder See, Seed 12');
  expect(readPermalink('#seed=River').problems.map(translated)).toEqual(['Der Seed muss eine ganze Zahl von 0 bis 4294967295 sein, nicht „River“. Der Vorgabewert gilt.']);
  expect(translated(say`Is it {0}? ${'{0}'}`)).toBe('Is it {0}? {0}');
  expect(named('A name of a pack that nobody has translated')).toBe('A name of a pack that nobody has translated');
});

test.each(settingsTable.filter(({ kind }) => kind !== 'switch').map(({ key }) => key))('what is wrong with %s is in German', (key) => {
  speak(german);
  for (const text of ['much', '1e9']) {
    try {
      parseSetting(key, text);
      expect.unreachable();
    } catch (error) {
      expect(translated((error as StudioError).phrase)).toMatch(/^\S.* muss (eine|zwischen) .*, nicht „.*“\.$/);
    }
  }
});

test('no line ends within a product of numbers or between a number and its unit', () => {
  expect(t('{width} × {width}, {n} codes', { width: 16, n: 1024 })).toBe('16\u00a0×\u00a016, 1024 codes');
  expect(named('tiles of 64 x 64 pixels')).toBe('tiles of 64\u00a0×\u00a064 pixels');
  expect(translated(say`${'a.png'} is ${8} x ${4} pixels`)).toBe('a.png is 8\u00a0×\u00a04 pixels');
  expect(translated(say`${'a.png'} is larger than ${64} MB. Save a smaller copy and choose that.`)).toContain('64\u00a0MB.');
  expect(t('Tokens')).toBe('Tokens');
});

test('the name of a file stays as it is, also where it has a product or a unit', () => {
  const name = '3 x 4 at 5 MB.png';
  expect(translated(say`${name} is larger than ${64} MB. Save a smaller copy and choose that.`)).toMatch(/^3 x 4 at 5 MB\.png is /);
  expect(translated(say`Not read: ${say`${name} is empty`}.`)).toContain(name);
});

test('classes are listed by the names of the language; of many classes the number is given', () => {
  const pack = (labels: readonly string[]) => ({ name: 'tiny', classes: labels.map((label) => ({ id: label.replaceAll(' ', ''), label })) });
  const refusal = (labels: readonly string[]) => {
    try {
      return String(resolveClass(pack(labels), 'Desert'));
    } catch (error) {
      return translated((error as StudioError).phrase);
    }
  };
  speak(german);
  expect(refusal(['Sea or lake', 'River'])).toBe('Das Paket tiny hat keine Klasse „Desert“. Es gibt Meer oder See, Fluss.');
  expect(refusal(Array.from({ length: 1000 }, (_, i) => `n${i}`))).toBe('Das Paket tiny hat keine Klasse „Desert“. Es hat 1000, nach Namen oder Nummer ab 0.');
});

test('symbols are set as in the paper, and elements stand in their places', () => {
  const html = (node: ReactNode) => renderToStaticMarkup(node);
  expect(html(rich('Mean patch P_avg'))).toBe('Mean patch P<span class="sub">avg</span>');
  expect(html(rich('also above E_th'))).toBe('also above E<span class="sub">th</span>');
  expect(html(rich('mean {mean} nats', { mean: createElement('b', null, '5.1') }))).toBe('mean <b>5.1</b>\u00a0nats');
  expect(html(rich('*M* steps instead of *T*'))).toBe('<var>M</var> steps instead of <var>T</var>');
});

test('a text is written with all its parts', () => {
  // @ts-expect-error `n` is missing
  expect(t('Step {step} of {n}', { step: 1 })).toBe('Step 1 of {n}');
  // @ts-expect-error not a text of the catalogue
  expect(t('No such text')).toBe('No such text');
});
