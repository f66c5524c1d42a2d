import type { DecodeGraphs } from '../graphs.ts';

/** The graphs with some steps of a test's own, and without sampling on a device; they outlive a run. */
export const watched = (graphs: DecodeGraphs, own: Partial<DecodeGraphs>): DecodeGraphs => ({
  mostPositions: graphs.mostPositions,
  begin: (classes, against, positions) => graphs.begin(classes, against, positions),
  entropyStep: (steps) => graphs.entropyStep(steps),
  encoderStep: (steps) => graphs.encoderStep(steps),
  patchStep: (steps) => graphs.patchStep(steps),
  decoderStep: (steps) => graphs.decoderStep(steps),
  dispose: () => undefined,
  ...own,
});
