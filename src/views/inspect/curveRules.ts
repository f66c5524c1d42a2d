import type { Manifest } from '../../../engine/manifest.ts';
import type { Rules } from '../../../engine/patchify.ts';
import { sameButThreshold } from '../../../engine/whatif.ts';
import { DPAR_RULES } from './dparRules.ts';

/** Whether the pack's curve was counted with these rules, whatever their E_th; beside others it would compare what does not belong together. */
export const curveHolds = (rules: Rules, { kind, defaults, curve }: Pick<Manifest, 'kind' | 'defaults' | 'curve'>): boolean =>
  // A plain transformer has no gates of its own: its pack's curve is of DPAR's (docs/packs.md, "Kind gpt").
  curve.length > 0 && sameButThreshold(rules, { ...defaults, ...(kind === 'gpt' && DPAR_RULES) });
