import type { Rules } from '../../../engine/patchify.ts';
import { sameRules } from '../../../engine/whatif.ts';
import { thresholdOf } from '../../lib/thresholdOf.ts';

/** E_th to mark in a pack's sweep. Null where another rule than E_th is not the pack's default: the sweep was measured with those alone, and says nothing of such patches. The static length decides nothing where a gate is on. */
export const sweepThreshold = (rules: Rules, defaults: Rules): number | null =>
  (sameRules({ ...rules, entropyThreshold: defaults.entropyThreshold, staticLength: defaults.staticLength }, defaults) ? thresholdOf(rules) : null);
