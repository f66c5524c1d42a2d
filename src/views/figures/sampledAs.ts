import type { Manifest } from '../../../engine/manifest.ts';
import type { Settings } from '../../../engine/settings.ts';
import { decimal, t } from '../../text/t.ts';
import { againstName } from '../changedSettings.ts';

/** Whether more than guidance makes the distribution that tokens are sampled from: a temperature or a filter. */
export const hasFilters = ({ temperature, topK, topP }: Pick<Settings, 'temperature' | 'topK' | 'topP'>): boolean => temperature !== 1 || topK > 0 || topP < 1;

/** All that makes the distribution a run is sampled from: "s = 2, temperature 0.9". */
export function sampledAs({ guidance, temperature, topK, topP, against }: Settings, manifest: Pick<Manifest, 'classes'>): string {
  const parts = [`s = ${decimal(String(guidance))}`];
  if (against !== undefined && guidance !== 1) parts.push(t('less like {name}', { name: againstName(against, manifest) }));
  if (temperature !== 1) parts.push(t('temperature {value}', { value: decimal(String(temperature)) }));
  if (topK > 0) parts.push(t('top-k {value}', { value: topK }));
  if (topP < 1) parts.push(t('top-p {value}', { value: decimal(String(topP)) }));
  return parts.join(', ');
}
