/// <reference lib="webworker" />
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

declare const self: ServiceWorkerGlobalScope;
/** The shell's files, filled in by scripts/site/service-worker.ts. */
declare const __SHELL__: { url: string; revision: string }[];

/**
 * Keeps the app itself for offline use, all files of one version. A new version waits until the person agrees (the page
 * sends SKIP), so that a page never mixes files of two. Packs and the runtime are the page's own, verified, cache.
 */
cleanupOutdatedCaches();
precacheAndRoute(__SHELL__, { directoryIndex: 'index.html', ignoreURLParametersMatching: [/.*/], cleanURLs: false });

self.addEventListener('message', (event) => {
  if (event.data === 'SKIP') void self.skipWaiting();
});
