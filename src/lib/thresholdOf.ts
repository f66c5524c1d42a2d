import type { Rules } from '../../engine/patchify.ts';

type Gate = Pick<Rules, 'entropyGate' | 'entropyThreshold'> | null | undefined;

/** E_th in nats where the entropy gate is on; null where it decides nothing, and where there are no rules. */
export const thresholdOf = (rules: Gate): number | null => (rules?.entropyGate ? rules.entropyThreshold : null);

/** Where the colours of the entropy map change over, as a share of `top` nats: at E_th, and at the end of the scale where it decides nothing. */
export const mapCentre = (rules: Gate, top: number): number => (thresholdOf(rules) ?? top) / top;
