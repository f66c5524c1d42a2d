import { expect, test } from 'vitest';
import { measureImage } from './measure.ts';
import { fakeRunner, FakeTensor } from './testing/fake-runner.ts';
import { tinyManifest } from './testing/manifest.ts';

test('a measurement that fails lets its caches go', async () => {
  const manifest = tinyManifest();
  const { runner } = fakeRunner('in place', () => { throw new Error('the driver is gone'); });
  const caches: FakeTensor[] = [];
  const cache: typeof runner.cache = (dims) => {
    caches.push(runner.cache(dims) as FakeTensor);
    return caches.at(-1)!;
  };
  await expect(measureImage({ ...runner, cache }, manifest, { class: 0, seed: 1, settings: manifest.defaults })).rejects.toMatchObject({ code: 'graph-failed' });
  expect(caches.length).toBeGreaterThan(0);
  expect(caches.every(({ disposed }) => disposed)).toBe(true);
});
