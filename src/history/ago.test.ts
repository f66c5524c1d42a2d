import { expect, test } from 'vitest';
import { ago } from './ago.ts';

test.each([[0, 'just now'], [59, 'just now'], [60, '1 min. ago'], [3599, '59 min. ago'], [7200, '2 hr. ago'], [86_400 * 3, '3 days ago'], [-50, 'just now']])('%i seconds: %s', (seconds, text) => {
  expect(ago(1e12 - seconds * 1000, 1e12)).toBe(text);
});

test('after a week, the date', () => {
  expect(ago(1e12, 1e12 + 8 * 86_400_000)).toBe(new Date(1e12).toLocaleDateString());
});
