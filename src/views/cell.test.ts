import { expect, it } from 'vitest';
import { rowAndColumn } from './cell.ts';

it('counts rows and columns from 1', () => {
  expect([rowAndColumn(0, 16), rowAndColumn(16, 16), rowAndColumn(255, 16)]).toEqual([{ row: 1, column: 1 }, { row: 2, column: 1 }, { row: 16, column: 16 }]);
});
