import { useId } from 'react';
import type { SettingProperty } from '../../../engine/settings.ts';
import { named, translated, t } from '../../text/t.ts';
import { usePack, useSettings, useStudio } from '../context.ts';
import { SettingHelp } from './SettingHelp.tsx';

/** The class that guidance moves away from; none is the null class. */
export function AgainstRow({ property }: { property: SettingProperty }) {
  const { settings } = useStudio();
  const classes = usePack((state) => state.manifest?.classes);
  const own = useSettings((state) => state.class);
  const value = useSettings((state) => state.values?.against);
  const idle = useSettings((state) => state.values?.guidance === 1);
  const id = useId();
  if (!classes) return null;
  return (
    <div className="setting" title={translated(property.help)}>
      <label className="setting-name" htmlFor={id}>{translated(property.label)}</label>
      <select
        id={id} className="field setting-choice" value={value ?? ''} aria-describedby={idle && value !== undefined ? `${id}-idle` : undefined}
        onChange={({ target }) => settings.set('against', target.value === '' ? undefined : Number(target.value))}
      >
        <option value="">{t('no class')}</option>
        {classes.map((entry, index) => index !== own && <option key={entry.id} value={index}>{named(entry.label)}</option>)}
      </select>
      <SettingHelp property={property} />
      {idle && value !== undefined && <p id={`${id}-idle`} className="hint setting-note">{t('No effect while guidance is 1.')}</p>}
    </div>
  );
}
