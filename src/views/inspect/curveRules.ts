import type { Manifest } from '../../../engine/manifest.ts';
import type { Rules } from '../../../engine/patchify.ts';
import { sameRules } from '../../../engine/whatif.ts';
import { DPAR_RULES } from './dparRules.ts';

/** Whether the pack's curve was counted with these rules, whatever their E_th; beside others it would compare what does not belong together. The static length decides nothing where a gate is on. */
export function curveHolds(rules: Rules, { kind, defaults, curve }: Pick<Manifest, 'kind' | 'defaults' | 'curve'>): boolean {
  const { entropyThreshold, entropyGate, lengthGate, rowReset } = rules;
  // A plain transformer has no gates of its own: its pack's curve is of DPAR's (docs/packs.md, "Kind gpt").
  const counted = { ...defaults, ...(kind === 'gpt' && DPAR_RULES), entropyThreshold };
  const gated = entropyGate || lengthGate || rowReset;
  return curve.length > 0 && sameRules(rules, gated ? { ...counted, staticLength: rules.staticLength } : counted);
}
