import './scripts/vite-path.mjs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { serveFixtures } from './e2e/serve-fixtures.ts';
import { csp } from './scripts/site/csp.ts';
import { ortWasm } from './scripts/site/ort-wasm.ts';
import { serviceWorker } from './scripts/site/service-worker.ts';
import { socialCard } from './scripts/site/social-card.ts';

/** Tests build to a folder of their own, with test pages and test packs beside the studio. */
const testing = process.env.STUDIO_FIXTURES === '1';

// A relative base lets the built site live at / or under any sub-path.
export default defineConfig({
  base: './',
  plugins: [react(), ortWasm(), csp(), socialCard(), serviceWorker(), ...(testing ? [serveFixtures()] : [])],
  worker: { format: 'es', plugins: () => [ortWasm()] },
  build: {
    target: 'es2022',
    // Where a browser lacks it, modules are merely not fetched ahead.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    ...(testing && {
      outDir: '.cache/e2e-site',
      emptyOutDir: true,
      rolldownOptions: { input: ['index.html', 'e2e/pages/placement.html', 'e2e/pages/gpu.html', 'e2e/pages/inference.html', 'e2e/pages/pictures.html'] },
    }),
  },
});
