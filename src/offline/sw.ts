/// <reference lib="webworker" />
import { addPlugins, cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import { isIsolated, wantsIsolation, withIsolation } from './isolation.ts';

declare const self: ServiceWorkerGlobalScope;
/** The shell's files, filled in by scripts/site/service-worker.ts. */
declare const __SHELL__: { url: string; revision: string }[];

/**
 * Keeps the app itself for offline use, all files of one version. A new version waits until the person agrees (the page
 * sends SKIP), so that a page never mixes files of two. Packs and the runtime are the page's own, verified, cache.
 */
addPlugins([{
  handlerWillRespond: async ({ request, response }) => (isIsolated(request.destination) && (await wantsIsolation()) ? withIsolation(response) : response),
}]);
cleanupOutdatedCaches();
precacheAndRoute(__SHELL__, { directoryIndex: 'index.html', ignoreURLParametersMatching: [/.*/], cleanURLs: false });

self.addEventListener('message', (event) => {
  if (event.data === 'SKIP') void self.skipWaiting();
});
