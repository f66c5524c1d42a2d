import { expect, test } from 'vitest';
import { coarseCells } from './coarseCells.ts';

const running = (count: number) => ({ phase: 'running' as const, count });

test('cells that are decoded and not painted, from a row on, up to the cursor', () => {
  expect(coarseCells(running(40), 8, 40, 16)).toEqual([8, 40]);
  expect(coarseCells(running(40), 8, 30, 16)).toEqual([8, 30]);
  expect(coarseCells(running(40), 0, Infinity, 16)).toEqual([0, 40]);
});

test('none where painting keeps up, where the cursor is among the painted ones, and once the run has ended', () => {
  for (const [state, painted, cursor] of [[running(20), 5, 20], [running(40), 20, 12], [{ phase: 'complete' as const, count: 256 }, 16, 256], [running(0), 0, 0]] as const) {
    expect(coarseCells(state, painted, cursor, 16)).toEqual([0, 0]);
  }
});

test('however late painting is, the picture shows all decoded cells but less than a row', () => {
  for (let count = 1; count <= 256; count++) {
    for (let painted = 0; painted <= count; painted++) {
      const [from, to] = coarseCells(running(count), painted, count, 16);
      const seen = from <= painted ? Math.max(painted, to) : painted;
      expect(count - seen).toBeLessThan(16);
    }
  }
});

test('where guesses are drawn after them every decoded cell is shown', () => {
  expect(coarseCells(running(20), 19, 20, 1)).toEqual([19, 20]);
  expect(coarseCells(running(20), 20, 20, 1)).toEqual([0, 0]);
});
