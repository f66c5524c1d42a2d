import { expect, test } from 'vitest';
import { german } from '../text/german.ts';
import { speak } from '../text/t.ts';
import { ago } from './ago.ts';

test.each([[0, 'just now'], [59, 'just now'], [60, '1 min. ago'], [3599, '59 min. ago'], [7200, '2 hr. ago'], [86_400 * 3, '3 days ago']])('%i seconds: %s', (seconds, text) => {
  expect(ago(1e12 - seconds * 1000, 1e12)).toBe(text);
});

test('after a week, the date, in the language of the page', () => {
  const noon = Date.UTC(2001, 8, 9, 12);
  const text = () => ago(noon, noon + 8 * 86_400_000);
  expect(text()).toMatch(/^9 Sept? 2001$/);
  speak(german);
  expect(text()).toBe('09.09.2001');
  speak(null);
});

test('a clock that was set back never gives a time to come', () => {
  for (const ahead of [50, 86_400, 1e9]) expect(ago(1e12 + ahead * 1000, 1e12)).toBe('just now');
});

test('in German, too', () => {
  speak(german);
  expect([ago(1e12, 1e12), ago(1e12, 1e12 + 7_200_000)]).toEqual(['gerade eben', 'vor 2 Std.']);
  speak(null);
});
