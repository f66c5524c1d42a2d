import { useMemo } from 'react';
import { thresholdScale, type Scale } from '../lib/thresholdScale.ts';
import { usePack } from './context.ts';

/** The scale of E_th sliders of the pack in view. */
export function useThresholdScale(): Scale | null {
  const manifest = usePack((state) => state.manifest);
  return useMemo(() => (manifest ? thresholdScale(manifest.curve, manifest.grid.tokens, Math.ceil(Math.log(manifest.vocab) * 20) / 20) : null), [manifest]);
}
