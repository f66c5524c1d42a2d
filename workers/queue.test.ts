import { expect, test } from 'vitest';
import { SerialQueue } from './queue.ts';

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('jobs never overlap and keep their order', async () => {
  const queue = new SerialQueue();
  const log: string[] = [];
  let running = 0;
  const job = (name: string, ms: number) => queue.run(async () => {
    expect(++running).toBe(1);
    await later(ms);
    log.push(name);
    running--;
    return name;
  });
  expect(await Promise.all([job('a', 15), job('b', 1), job('c', 5)])).toEqual(['a', 'b', 'c']);
  expect(log).toEqual(['a', 'b', 'c']);
});

test('a failed job rejects its caller only', async () => {
  const queue = new SerialQueue();
  const bad = queue.run(() => { throw new Error('no'); });
  const good = queue.run(() => 1);
  await expect(bad).rejects.toThrow('no');
  expect(await good).toBe(1);
});
