import { serviceWorkers } from './serviceWorkers.ts';

interface OfflineDeps {
  /** A new version is ready and waits; `use` ends this page for it. */
  onUpdate: (use: () => Promise<void>) => void;
  /** Another tab agreed to it: what this page has not fetched yet may be gone. */
  onReplaced: () => void;
  /** Resolves when the page fetches nothing: the moment to hand over. */
  atRest: () => Promise<void>;
  reload: () => void;
}

/** Registers the service worker of the built site; without one (http, private windows) the studio works online only. */
export async function registerOffline({ onUpdate, onReplaced, atRest, reload }: OfflineDeps): Promise<void> {
  const serviceWorker = serviceWorkers();
  if (!serviceWorker) return;
  let registration: ServiceWorkerRegistration | undefined;
  try {
    registration = await serviceWorker.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' });
  } catch {
    return; // refused by the browser, or the host lacks the file: nothing else depends on it
  }
  if (!registration) return; // an extension's empty function in place of `register`
  let agreed = false;
  // The one that waits by then: a further version may have replaced the one that was offered. Where none waits any more, a
  // reload has the newest.
  const offer = () => onUpdate(async () => {
    agreed = true;
    await atRest();
    if (registration.waiting) registration.waiting.postMessage('SKIP');
    else reload();
  });
  // Another tab may agree too; only a page whose person agreed is reloaded.
  const { controller } = serviceWorker;
  serviceWorker.addEventListener('controllerchange', () => {
    if (agreed) reload();
    else if (controller) onReplaced();
  });
  if (registration.waiting && serviceWorker.controller) offer();
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && serviceWorker.controller) offer();
    });
  });
}
