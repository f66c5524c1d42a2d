import { afterEach, expect, test, vi } from 'vitest';
import { registerOffline } from './register.ts';

afterEach(() => vi.unstubAllGlobals());

test('the version that waits when the button is pressed is used, not one that it has replaced', async () => {
  const workers = ['first', 'second'].map(() => Object.assign(new EventTarget(), { state: 'installing', postMessage: vi.fn() }));
  const [first, second] = workers as [typeof workers[0], typeof workers[0]];
  const registration = Object.assign(new EventTarget(), { waiting: null as unknown, installing: null as unknown });
  const serviceWorker = Object.assign(new EventTarget(), { controller: {}, register: async () => registration });
  vi.stubGlobal('navigator', { serviceWorker });
  vi.stubGlobal('document', { baseURI: 'https://studio.test/folder/' });
  const uses: (() => Promise<void>)[] = [];
  const reload = vi.fn();
  let rests = () => undefined as void;
  const atRest = () => new Promise<void>((resolve) => { rests = resolve; });
  await registerOffline({ onUpdate: (use) => uses.push(use), onReplaced: vi.fn(), atRest, reload });
  for (const worker of workers) {
    registration.installing = worker;
    registration.dispatchEvent(new Event('updatefound'));
    Object.assign(worker, { state: 'installed' });
    registration.waiting = worker;
    worker.dispatchEvent(new Event('statechange'));
  }
  const used = uses[0]!();
  expect(second.postMessage, 'the page still fetches').not.toHaveBeenCalled();
  rests();
  await used;
  expect(first.postMessage).not.toHaveBeenCalled();
  expect(second.postMessage).toHaveBeenCalledExactlyOnceWith('SKIP');
  serviceWorker.dispatchEvent(new Event('controllerchange'));
  expect(reload).toHaveBeenCalledOnce();
  registration.waiting = null;
  const again = uses[1]!();
  rests();
  await again;
  expect(reload, 'none waits any more').toHaveBeenCalledTimes(2);
});

test.each([
  ['refuses', () => Promise.reject(new DOMException('Refused.', 'SecurityError'))],
  ['holds an empty function of an extension', () => Promise.resolve(undefined)],
])('a browser whose registration %s is used without a service worker', async (_, register) => {
  const called = vi.fn(register);
  vi.stubGlobal('navigator', { serviceWorker: { register: called } });
  vi.stubGlobal('document', { baseURI: 'https://studio.test/folder/' });
  const unexpected = vi.fn();
  await registerOffline({ onUpdate: unexpected, onReplaced: unexpected, atRest: async () => undefined, reload: unexpected });
  expect(called).toHaveBeenCalledOnce();
  expect(unexpected).not.toHaveBeenCalled();
});
