import type { Rules } from '../../../engine/patchify.ts';

/** The paper's gates, but for E_th, which is of the entropies. */
export const DPAR_RULES = { maxPatchLength: 4, entropyGate: true, lengthGate: true, rowReset: true, staticLength: null } as const satisfies Partial<Rules>;
