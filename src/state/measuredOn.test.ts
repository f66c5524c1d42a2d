import { expect, test } from 'vitest';
import { measuredOn } from './measuredOn.ts';

const alone = { together: 1, takenUpOn: [] } as const;

test.each([
  ['generated', alone, 'this device, WASM', 'Measured on this device, WASM.'],
  ['given', alone, 'this device, WASM', 'Measured on this device, WASM.'],
  ['recorded', alone, 'recorded, WASM', 'Recorded where the run was generated, WASM.'],
  ['generated', { ...alone, together: 9 }, 'this device, WASM, 9 at once', 'Measured on this device, WASM: the times are those of 9 images decoded at once.'],
  ['opened', { ...alone, together: 9 }, 'recorded, WASM, 9 at once', 'Recorded where the run was generated, WASM: the times are those of 9 images decoded at once.'],
  ['generated', { together: 9, takenUpOn: ['wasm'] }, 'this device, interrupted', 'Measured on this device. The run was interrupted, and continued where it was.'],
  ['opened', { together: 1, takenUpOn: ['wasm'] }, 'recorded, interrupted', 'Recorded where the run was generated. It was interrupted, and continued where it was.'],
] as const)('the times of a run that was %s (%j) are of: %s', (origin, run, words, sentence) => {
  expect(measuredOn({ origin, ...run }, 'WASM')).toEqual({ words, sentence });
});
