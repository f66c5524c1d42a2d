import { beforeAll, expect, test, vi } from 'vitest';

let readAddress: typeof import('./address.ts').readAddress;

beforeAll(async () => {
  vi.resetModules();
  vi.stubEnv('VITE_FIRST_PACK', 'characters');
  ({ readAddress } = await import('./address.ts'));
  return () => vi.unstubAllEnvs();
});

test.each([
  ['', 'characters'],
  ['#view=inspect', 'characters'],
  ['#pack=nano', 'nano'],
  ['#pack=nano&class=Alpha&seed=3', 'nano'],
  ['#class=River&seed=7', 'eurosat'],
  ['#seed=3', 'eurosat'],
])('the address "%s" opens the pack %s', (hash, pack) => expect(readAddress(hash).pack).toBe(pack));
