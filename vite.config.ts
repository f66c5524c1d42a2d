import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { serveFixtures } from './e2e/serve-fixtures.ts';

/** Tests build to a folder of their own, with test pages and test packs beside the studio. */
const testing = process.env.STUDIO_FIXTURES === '1';

// A relative base lets the built site live at / or under any sub-path.
export default defineConfig({
  base: './',
  plugins: [react(), ...(testing ? [serveFixtures()] : [])],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 800,
    ...(testing && {
      outDir: '.cache/e2e-site',
      emptyOutDir: true,
      rolldownOptions: { input: ['index.html', 'e2e/pages/placement.html', 'e2e/pages/inference.html'] },
    }),
  },
});
