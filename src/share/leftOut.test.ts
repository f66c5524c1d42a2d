import { expect, test } from 'vitest';
import { leftOut } from './leftOut.ts';

test('what leaves the page says what of the screen it does not hold', () => {
  expect(leftOut({ edit: false, rules: false })).toBeNull();
  expect(leftOut({ edit: true, rules: false })).toMatch(/as it was decoded, without the edit\.$/);
  expect(leftOut({ edit: false, rules: true })).toMatch(/as it was decoded, without the other rules\.$/);
  expect(leftOut({ edit: true, rules: true })).toMatch(/without the edit and the other rules\.$/);
});
