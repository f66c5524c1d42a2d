import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startWatchdog } from './watchdog.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

test('silence ends in one call', () => {
  const onStall = vi.fn();
  startWatchdog(10_000, onStall);
  vi.advanceTimersByTime(9_000);
  expect(onStall).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(onStall).toHaveBeenCalledOnce();
});

test('a computer asleep, a frozen tab or a clock set forward is no silence: only ticks that really ran count', () => {
  const onStall = vi.fn();
  const watchdog = startWatchdog(10_000, onStall);
  vi.advanceTimersByTime(5_000);
  vi.setSystemTime(Date.now() + 8 * 3_600_000);
  vi.advanceTimersByTime(4_000);
  expect(onStall).not.toHaveBeenCalled();
  watchdog.beat();
  vi.advanceTimersByTime(9_000);
  expect(onStall).not.toHaveBeenCalled();
  watchdog.stop();
  vi.advanceTimersByTime(60_000);
  expect(onStall).not.toHaveBeenCalled();
});
