import { expect, it } from 'vitest';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import { curveHolds } from './curveRules.ts';

const dpar = tinyManifest();
const { defaults } = dpar;

it('the curve of a pack holds for its own rules at any E_th, and for no others', () => {
  expect(curveHolds(defaults, dpar)).toBe(true);
  expect(curveHolds({ ...defaults, entropyThreshold: 1.5 }, dpar)).toBe(true);
  expect(curveHolds({ ...defaults, staticLength: 3 }, dpar), 'a length that decides nothing').toBe(true);
  for (const other of [{ maxPatchLength: defaults.maxPatchLength + 1 }, { rowReset: !defaults.rowReset }, { lengthGate: !defaults.lengthGate }, { entropyGate: !defaults.entropyGate }, { entropyGate: false, lengthGate: false, rowReset: false, staticLength: 2 }]) {
    expect(curveHolds({ ...defaults, ...other }, dpar), JSON.stringify(other)).toBe(false);
  }
  expect(curveHolds(defaults, { ...dpar, curve: [] })).toBe(false);
});

it('among static patches it holds for the length it was counted with', () => {
  const fixed = { ...defaults, entropyGate: false, lengthGate: false, rowReset: false, staticLength: 2 };
  expect([2, 3].map((staticLength) => curveHolds({ ...fixed, staticLength }, { ...dpar, defaults: fixed }))).toEqual([true, false]);
});

it('that of a plain transformer is of DPAR\'s gates, not of the one token per patch that it decodes with', () => {
  const plain = { ...dpar, kind: 'gpt', defaults: { ...defaults, maxPatchLength: 1, entropyGate: false, lengthGate: true, rowReset: false } } as const;
  expect(curveHolds(plain.defaults, plain)).toBe(false);
  expect(curveHolds({ ...plain.defaults, maxPatchLength: 4, entropyGate: true, rowReset: true }, plain)).toBe(true);
});
