import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { german } from '../text/german.ts';
import { t } from '../text/t.ts';
import { createLanguage } from './language.ts';

const kept = new Map<string, string>();
const page = { documentElement: { lang: 'en' }, title: '' };
const reported = vi.fn();
beforeEach(() => {
  vi.stubGlobal('document', page);
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  vi.stubGlobal('navigator', { languages: ['de-AT'] });
  vi.stubGlobal('reportError', reported);
});
afterEach(async () => {
  await createLanguage().choose('en');
  kept.clear();
  reported.mockClear();
});

it('a choice is kept once it is spoken, and the title of the tab is in its language', async () => {
  const language = createLanguage();
  expect(await language.choose('de')).toBe(true);
  expect([t('Generate'), page.documentElement.lang, kept.get('dpar-language')]).toEqual(['Erzeugen', 'de', 'de']);
  expect(page.title).toBe('DPAR Studio: zusehen, wie ein Bild entsteht, Token für Token');
  await language.choose('en');
  expect(readFileSync('index.html', 'utf8')).toContain(`<title>${page.title}</title>`);
});

it('the last of two choices counts, though the texts of the one before come after it', async () => {
  let come = () => {};
  const language = createLanguage(null, { de: () => new Promise((resolve) => { come = () => resolve(german); }) });
  const overtaken = language.choose('de');
  expect(language.getState()).toEqual({ language: 'en', wanted: 'de' });
  await language.choose('en');
  come();
  expect(await overtaken).toBe(false);
  expect(language.getState()).toEqual({ language: 'en', wanted: 'en' });
  expect([t('Generate'), page.documentElement.lang, kept.get('dpar-language')]).toEqual(['Generate', 'en', 'en']);
});

it('texts that cannot be fetched are reported, and their language is not kept', async () => {
  const language = createLanguage(null, { de: async () => { throw new TypeError('Failed to fetch dynamically imported module: german.js'); } });
  expect(await language.choose('de')).toBe(false);
  expect(reported).toHaveBeenCalledOnce();
  expect(language.getState()).toEqual({ language: 'en', wanted: 'en' });
  expect([t('Generate'), kept.has('dpar-language')]).toEqual(['Generate', false]);
  reported.mockClear();
  await language.start();
  expect([t('Generate'), reported.mock.calls.length]).toEqual(['Generate', 1]);
});
