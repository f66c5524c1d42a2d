import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Ending } from './ending.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const never = () => new Promise<never>(() => undefined);

test('the work or the end, whichever comes first', async () => {
  const ending = new Ending<string>();
  expect(await ending.race(Promise.resolve(1))).toBe(1);
  await expect(ending.race(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  const [first, second] = [ending.race(never()), ending.race(never())];
  ending.end('lost');
  ending.end('lost again');
  expect(await Promise.all([first, second])).toEqual(['lost', 'lost']);
});

test('what comes after the end gets it at once', async () => {
  const ending = new Ending<string>();
  ending.end('lost');
  expect(await ending.race(never())).toBe('lost');
  expect(await ending.race(Promise.reject(new Error('broken')))).toBe('lost');
});

test('what a call gave is kept by nobody once the call is over', async () => {
  const ending = new Ending<string>();
  const call = async () => new WeakRef((await ending.race(Promise.resolve({ weights: new Float32Array(1000) }))) as object);
  const results = [await call(), await call(), await call()];
  await new Promise((resolve) => setTimeout(resolve, 10));
  collect();
  expect(results.map((result) => result.deref())).toEqual([undefined, undefined, undefined]);
});
