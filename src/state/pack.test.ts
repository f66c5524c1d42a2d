import { expect, it } from 'vitest';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import type { LoadReport } from '../../workers/messages.ts';
import { variantInUse } from './pack.ts';

it('names the weights asked for before they are loaded, then those loaded, then those of the pack', () => {
  const manifest = tinyManifest();
  const report = { variant: 'w8' } as LoadReport;
  expect(variantInUse({ variant: null, report: null }, manifest)).toBe('fp32');
  expect(variantInUse({ variant: null, report }, manifest)).toBe('w8');
  expect(variantInUse({ variant: 'fp16', report }, manifest)).toBe('fp16');
});
