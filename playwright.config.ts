import { defineConfig } from '@playwright/test';
import { chromiumPath, webgpuFlags } from './scripts/chromium.ts';

const PORT = Number(process.env.STUDIO_PORT ?? 4273);
/** WebAssembly stays with the compiler's first tier: a page lives for seconds here, and the second tier costs more of the processor than it saves. */
const launch = (args: string[]) => ({ executablePath: chromiumPath(), args: ['--no-sandbox', '--js-flags=--liftoff-only', ...args] });

/** What a person does, on the built site. `wasm` runs without any adapter; `webgpu`, on Chromium's software adapter, what is about decoding. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/artefacts/results',
  snapshotPathTemplate: 'e2e/snapshots/{arg}{ext}',
  timeout: 180_000,
  expect: { timeout: 15_000 },
  workers: 2, // no test watches the clock
  retries: 1, // a second try tells a busy machine from a broken page; the closing lines call such a test flaky
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['html', { outputFolder: 'e2e/artefacts/report', open: 'never' }]],
  use: {
    baseURL: `http://localhost:${PORT}`,
    serviceWorkers: 'block', // it would fetch the whole site again for every page; files about it allow it
    screenshot: 'only-on-failure',
    trace: 'on-first-retry',
  },
  webServer: {
    command: `npx vite build --logLevel warn && npx vite build --mode pages --logLevel warn && npx vite preview --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}/index.html`,
    env: { STUDIO_FIXTURES: '1', VITE_FIRST_PACK: 'eurosat' } /* the name of the synthetic pack */,
    // A server left over from earlier would serve an older build: only on request.
    reuseExistingServer: process.env.STUDIO_REUSE === '1',
    timeout: 180_000,
  },
  projects: [
    { name: 'wasm', testIgnore: ['placement.spec.ts', 'gpu.spec.ts', 'gpu-loss.spec.ts'], use: { launchOptions: launch(['--disable-gpu']) } },
    { name: 'webgpu', testMatch: ['inference.spec.ts', 'placement.spec.ts', 'gpu.spec.ts', 'gpu-loss.spec.ts', 'hosting.spec.ts', 'soak.spec.ts', 'studio.spec.ts', 'studio-attention.spec.ts'], use: { launchOptions: launch(webgpuFlags) } },
  ],
});
