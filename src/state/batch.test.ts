import { expect, test } from 'vitest';
import { createBatch, MOST } from './batch.ts';

test.each([[4, 4], [2.6, 3], [0, 1], [-3, 1], [99, MOST], [NaN, 1], [Infinity, MOST]])('%d pictures are %d', (asked, made) => {
  const batch = createBatch();
  batch.setCount(asked);
  expect(batch.getState().count).toBe(made);
});
