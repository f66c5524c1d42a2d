import { expect, it } from 'vitest';
import type { OpenReason } from '../../engine/log.ts';
import { openedBy } from './reasons.ts';

const run = (...opens: OpenReason[][]) => opens.map((reasons) => ({ opens: reasons }));

it('counts patches by what opened each: above E_th wherever that held, else the first reason', () => {
  expect(openedBy(run(['first'], ['second'], [], ['row', 'entropy'], ['entropy'], ['row'], ['full'], ['row', 'full']), 8)).toEqual([
    { reason: 'entropy', kind: 'surprise', count: 2 },
    { reason: 'first', kind: 'forced', count: 1 },
    { reason: 'second', kind: 'forced', count: 1 },
    { reason: 'row', kind: 'forced', count: 2 },
    { reason: 'full', kind: 'forced', count: 1 },
  ]);
});

it('counts as far as the cursor, and has the rows of the whole run from the start', () => {
  const events = run(['first'], ['entropy'], ['static']);
  expect(openedBy(events, 1).map(({ reason, count }) => [reason, count])).toEqual([['entropy', 0], ['first', 1], ['static', 0]]);
  expect(openedBy(events, 0).every(({ count }) => count === 0)).toBe(true);
  expect(openedBy([], 5)).toEqual([]);
});
