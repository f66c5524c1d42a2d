import { expect, it } from 'vitest';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import { sweepThreshold } from './sweepThreshold.ts';

it('marks any E_th among the other rules of the pack, and none among others, for which nothing was measured', () => {
  const { defaults } = tinyManifest();
  expect(sweepThreshold(defaults, defaults)).toBe(defaults.entropyThreshold);
  expect(sweepThreshold({ ...defaults, entropyThreshold: 4.2 }, defaults)).toBe(4.2);
  expect(sweepThreshold({ ...defaults, staticLength: 3 }, defaults), 'a length that decides nothing').toBe(defaults.entropyThreshold);
  for (const other of [{ maxPatchLength: defaults.maxPatchLength + 1 }, { rowReset: !defaults.rowReset }, { lengthGate: !defaults.lengthGate }, { entropyGate: false }, { entropyGate: false, lengthGate: false, rowReset: false, staticLength: 3 }]) {
    expect(sweepThreshold({ ...defaults, ...other }, defaults)).toBeNull();
  }
  const gateless = { ...defaults, entropyGate: false };
  expect(sweepThreshold(gateless, gateless)).toBeNull();
});
