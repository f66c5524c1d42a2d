import type { Rules } from '../../engine/patchify.ts';

/** E_th in nats where the entropy gate is on; null where it decides nothing, and where there are no rules. */
export const thresholdOf = (rules: Pick<Rules, 'entropyGate' | 'entropyThreshold'> | null | undefined): number | null => (rules?.entropyGate ? rules.entropyThreshold : null);
