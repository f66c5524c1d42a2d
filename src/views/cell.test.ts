import { expect, it } from 'vitest';
import { placeOf } from './cell.ts';

it('counts rows and columns from 1', () => {
  expect([placeOf(0, 16), placeOf(16, 16), placeOf(255, 16)]).toEqual([{ row: 1, column: 1 }, { row: 2, column: 1 }, { row: 16, column: 16 }]);
});
