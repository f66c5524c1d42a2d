import type { RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { formatSetting, settingsTable, type SettingKey } from '../../engine/settings.ts';
import { fixed } from '../lib/format.ts';
import { decimal, named, t, translated } from '../text/t.ts';

/** The class that guidance moves away from, as a person reads it. */
export const againstName = (against: number, { classes }: Pick<Manifest, 'classes'>): string => named(classes[against]?.label ?? `class ${against}`);

/** What a run was set to otherwise than its pack's defaults, but for settings that are `told` otherwise. */
export function changedSettings({ settings }: Pick<RunHeader, 'settings'>, manifest: Pick<Manifest, 'defaults' | 'classes'>, told: readonly SettingKey[] = []): string {
  return settingsTable.filter(({ key }) => !told.includes(key) && settings[key] !== manifest.defaults[key]).map(({ key, name, kind }) => {
    if (key === 'against') return t('Less like {name}', { name: againstName(settings.against!, manifest) });
    const label = translated(name);
    if (key === 'entropyThreshold') return `${label} ${fixed(settings[key], 2)}`; // as everywhere else
    return `${label} ${kind === 'switch' ? (settings[key] ? t('on') : t('off')) : decimal(formatSetting(settings[key], kind))}`;
  }).join(', ');
}
