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
  ['#class=permanent crop&seed=7', 'eurosat'],
  ['#class=4&seed=7', 'eurosat'],
  ['#class=Cat', 'characters'],
  ['#seed=3', 'characters'],
])('the address "%s" opens the pack %s', (hash, pack) => expect(readAddress(hash).pack).toBe(pack));
