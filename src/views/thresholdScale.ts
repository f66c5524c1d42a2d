import { useMemo } from 'react';
import { highestThreshold, thresholdScale, type Scale } from '../lib/thresholdScale.ts';
import { usePack } from './context.ts';

/** The scale of E_th sliders of the pack in view. */
export function useThresholdScale(): Scale | null {
  const manifest = usePack((state) => state.manifest);
  return useMemo(() => (manifest ? thresholdScale(manifest.curve, manifest.grid.tokens, highestThreshold(manifest.vocab)) : null), [manifest]);
}
