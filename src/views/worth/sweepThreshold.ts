import type { Rules } from '../../../engine/patchify.ts';
import { sameButThreshold } from '../../../engine/whatif.ts';
import { thresholdOf } from '../../lib/thresholdOf.ts';

/** E_th to mark in a pack's sweep. Null where another rule than E_th is not the pack's default: the sweep was measured with those alone, and says nothing of such patches. */
export const sweepThreshold = (rules: Rules, defaults: Rules): number | null => (sameButThreshold(rules, defaults) ? thresholdOf(rules) : null);
