import { expect, test } from 'vitest';
import { continuationOf } from './continuation.ts';

const run = { id: 7, header: { class: 2, seed: 2 ** 32 - 1 } };

test('a run goes on as its own class and seed, or as those chosen for it', () => {
  expect(continuationOf(run, null, 5, 0)).toEqual({ class: 2, seed: 2 ** 32 - 1, again: 0 });
  expect(continuationOf(run, { of: 7, class: 4 }, 5, 0)).toEqual({ class: 4, seed: 2 ** 32 - 1, again: 0 });
  expect(continuationOf(run, { of: 7, class: 0, again: 2 }, 5, 3)).toEqual({ class: 0, seed: 1, again: 2 });
});

test('what was chosen for another run counts no more', () => {
  expect(continuationOf(run, { of: 6, class: 4, again: 3 }, 5, 0)).toEqual({ class: 2, seed: 2 ** 32 - 1, again: 0 });
});

test('a picture of no class goes on as the class of the page', () => {
  expect(continuationOf({ id: 7, header: { class: 5, seed: 0 } }, null, 5, 3).class).toBe(3);
});

test('where the class of the page is none of the pack, either, it goes on as the first class', () => {
  expect(continuationOf({ id: 7, header: { class: 5, seed: 0 } }, null, 5, 5).class).toBe(0);
  expect(continuationOf({ id: 7, header: { class: 5, seed: 0 } }, null, 5, 11).class).toBe(0);
});
