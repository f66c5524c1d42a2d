import { defineConfig } from 'vitest/config';
import { ortWasm } from './scripts/site/ort-wasm.ts';

export default defineConfig({
  plugins: [ortWasm()],
  test: { include: ['{engine,packs,workers,node,src,bench,scripts}/**/*.test.ts'], environment: 'node', env: { VITE_FIRST_PACK: 'eurosat' }, testTimeout: 180_000, hookTimeout: 180_000 },
});
