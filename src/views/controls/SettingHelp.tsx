import type { SettingProperty } from '../../../engine/settings.ts';
import { translated } from '../../text/t.ts';

/** What a setting does, in a sentence. */
export function SettingHelp({ property }: { property: SettingProperty }) {
  return property.explained ? <p className="setting-help muted small-print">{translated(property.help)}.</p> : null;
}
