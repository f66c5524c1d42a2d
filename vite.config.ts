import './scripts/vite-path.mjs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { serveFixtures } from './fixtures/serve.ts';
import { checkPublic } from './scripts/readable.mjs';
import { csp } from './scripts/site/csp.ts';
import { ortWasm } from './scripts/site/ort-wasm.ts';
import { serviceWorker } from './scripts/site/service-worker.ts';
import { socialCard } from './scripts/site/social-card.ts';

/** Tests build to a folder of their own and serve test packs beside the studio. */
const testing = process.env.STUDIO_FIXTURES === '1';
const pages = ['placement', 'gpu', 'inference', 'pictures'].map((name) => `e2e/pages/${name}.html`);

// A relative base lets the built site live at / or under any sub-path.
export default defineConfig(({ mode, isPreview }) => {
  if (!isPreview) checkPublic();
  /** Test pages go beside a built site: it stays as it is shipped. */
  const beside = testing && mode === 'pages';
  return {
    base: './',
    plugins: [react(), ortWasm(), csp(), ...(beside ? [] : [socialCard(), serviceWorker()]), ...(testing ? [serveFixtures()] : [])],
    worker: { format: 'es', plugins: () => [ortWasm()] },
    build: {
      target: 'es2022',
      // Where a browser lacks it, modules are merely not fetched ahead.
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 800,
      ...(testing && { outDir: '.cache/e2e-site', emptyOutDir: !beside, copyPublicDir: !beside }),
      rolldownOptions: beside ? { input: pages } : {
        // All that the page needs at once is one file: fewer requests, and it compresses better than many.
        output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } },
      },
    },
  };
});
