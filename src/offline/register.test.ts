import { afterEach, expect, test, vi } from 'vitest';
import { registerOffline } from './register.ts';

afterEach(() => vi.unstubAllGlobals());

test.each([
  ['refuses', () => Promise.reject(new DOMException('Refused.', 'SecurityError'))],
  ['holds an empty function of an extension', () => Promise.resolve(undefined)],
])('a browser whose registration %s is used without a service worker', async (_, register) => {
  const called = vi.fn(register);
  vi.stubGlobal('navigator', { serviceWorker: { register: called } });
  vi.stubGlobal('document', { baseURI: 'https://studio.test/folder/' });
  const unexpected = vi.fn();
  await registerOffline({ onUpdate: unexpected, onReplaced: unexpected, reload: unexpected });
  expect(called).toHaveBeenCalledOnce();
  expect(unexpected).not.toHaveBeenCalled();
});
