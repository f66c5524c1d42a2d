import { expect, test } from 'vitest';
import { summary } from '../../engine/statistics.ts';
import { cellText, digits, markdownTable, textTable, type Row } from './table.ts';

test('numbers have three significant digits, and no false ones', () => {
  expect([1234.56, 100.4, 99.44, 1.2345, 0.012345, 5, 0].map(digits)).toEqual(['1235', '100', '99.4', '1.23', '0.0123', '5', '0']);
  expect(digits(NaN)).toBe('-');
});

test('a summary shows its quartiles, one repeat has none', () => {
  expect(cellText(summary([1, 2, 3]))).toBe('2 (1.5 to 2.5)');
  expect(cellText(summary([2]))).toBe('2');
  expect([null, undefined, 'WASM', 3].map(cellText)).toEqual(['-', '-', 'WASM', '3']);
});

const rows: Row[] = [{ graph: 'encoder', ms: 1.5 }, { graph: 'a|b', ms: 120, copies: 2 }];

test('the table on the screen is aligned and has every column of any row', () => {
  expect(textTable(rows)).toBe(['graph     ms  copies', 'encoder  1.5       -', 'a|b      120       2'].join('\n'));
});

test('the table of the docs is Markdown', () => {
  expect(markdownTable(rows)).toBe(['| graph | ms | copies |', '|---|---:|---:|', '| encoder | 1.5 | - |', '| a\\|b | 120 | 2 |'].join('\n'));
});
