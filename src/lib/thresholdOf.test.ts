import { expect, it } from 'vitest';
import { thresholdOf } from './thresholdOf.ts';

it('there is an E_th only where the entropy gate is on', () => {
  expect(thresholdOf({ entropyGate: true, entropyThreshold: 5.8 })).toBe(5.8);
  expect(thresholdOf({ entropyGate: false, entropyThreshold: 5.8 })).toBeNull();
  expect([thresholdOf(null), thresholdOf(undefined)]).toEqual([null, null]);
});
