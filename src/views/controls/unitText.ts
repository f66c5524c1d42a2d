import type { SettingProperty } from '../../../engine/settings.ts';
import { t } from '../../text/t.ts';

/** The unit of a setting as it is said after its value; empty where it has none. */
export function unitText(unit: SettingProperty['unit'], value: unknown): string {
  if (unit === 'nats') return t('nats');
  if (unit === 'tokens') return value === 1 ? t('token') : t('tokens');
  return '';
}
