import { afterEach, expect, test, vi } from 'vitest';
import { serviceWorkers } from './serviceWorkers.ts';

afterEach(() => vi.unstubAllGlobals());

test('a browser without service workers, and a sandboxed frame that throws when asked, have none', () => {
  vi.stubGlobal('navigator', {});
  expect(serviceWorkers()).toBeNull();
  vi.stubGlobal('navigator', { serviceWorker: undefined });
  expect(serviceWorkers()).toBeNull();
  vi.stubGlobal('navigator', { get serviceWorker() { throw new DOMException('The context is sandboxed.', 'SecurityError'); } });
  expect(serviceWorkers()).toBeNull();
});

test('the container where there is one', () => {
  const container = {};
  vi.stubGlobal('navigator', { serviceWorker: container });
  expect(serviceWorkers()).toBe(container);
});
