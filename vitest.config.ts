import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['{engine,workers,node,src}/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
