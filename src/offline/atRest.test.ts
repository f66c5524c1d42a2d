import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atRest } from './atRest.ts';

let now = 0;
let fetched: { startTime: number; duration: number }[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  [now, fetched] = [0, []];
  const begun = Date.now();
  vi.stubGlobal('performance', { now: () => 5000 + Date.now() - begun, getEntriesByType: () => fetched });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** When it resolved, in steps of a tenth of a second; `then` is called at each. */
async function restAfter(busy: () => boolean, then: () => void = () => undefined): Promise<number> {
  let rested = false;
  void atRest(busy).then(() => { rested = true; });
  for (now = 0; !rested && now < 20_000; now += 100) {
    then();
    await vi.advanceTimersByTimeAsync(100);
  }
  return now;
}

test('a page that fetches nothing is at rest at once', async () => {
  fetched = [{ startTime: 100, duration: 200 }];
  expect(await restAfter(() => false)).toBe(100);
});

test('after a fetch, or while something loads, a second passes first', async () => {
  fetched = [{ startTime: 4900, duration: 50 }];
  expect(await restAfter(() => false, () => { if (now === 500) fetched = [...fetched, { startTime: 5300, duration: 200 }]; })).toBeGreaterThanOrEqual(1500);
  expect(await restAfter(() => now < 3000)).toBeGreaterThanOrEqual(4000);
});

test('a page that never rests is not waited for without end', async () => {
  expect(await restAfter(() => true)).toBeLessThanOrEqual(10_200);
});
