import type { BatchGraphs, DecodeGraphs } from '../graphs.ts';

/** The graphs with some steps of a test's own, which get those they stand for, and without sampling on a device; they outlive a run. */
export const watched = (graphs: DecodeGraphs, own: (batch: BatchGraphs) => Partial<BatchGraphs>): DecodeGraphs => ({
  mostPositions: graphs.mostPositions,
  begin(...start) {
    const batch = graphs.begin(...start);
    return {
      entropyStep: (steps) => batch.entropyStep(steps),
      encoderStep: (steps) => batch.encoderStep(steps),
      patchStep: (steps) => batch.patchStep(steps),
      decoderStep: (steps) => batch.decoderStep(steps),
      dispose: () => undefined,
      ...own(batch),
    };
  },
  dispose: () => undefined,
});
