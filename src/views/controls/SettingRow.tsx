import { useId, useState } from 'react';
import { formatSetting, type SettingProperty } from '../../../engine/settings.ts';
import type { Scale } from '../../lib/thresholdScale.ts';
import { fixed } from '../../lib/format.ts';
import { rich } from '../../text/rich.tsx';
import { decimal, translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { Icon } from '../../ui/Icon.tsx';
import { selectOnEntry } from '../../ui/selectOnEntry.ts';
import { Slider } from '../../ui/Slider.tsx';
import { Toggle } from '../../ui/Toggle.tsx';
import { useSettings, useStudio } from '../context.ts';
import { BadValue } from './BadValue.tsx';
import { SettingHelp } from './SettingHelp.tsx';
import { unitText } from './unitText.ts';

const OFF: Partial<Record<SettingProperty['key'], number>> = { topK: 0, topP: 1 };

/** Names as the paper writes them. */
const SYMBOLS: Partial<Record<SettingProperty['key'], 'Threshold E_th' | 'Longest patch P_max'>> = { entropyThreshold: 'Threshold E_th', maxPatchLength: 'Longest patch P_max' };

/** A value as it stands in its field: E_th with two digits at least, as everywhere; nothing where a static length is still to be set. */
const written = (key: SettingProperty['key'], value: Parameters<typeof formatSetting>[0]): string =>
  (key === 'entropyThreshold' && typeof value === 'number' && Number(value.toFixed(2)) === value ? fixed(value, 2) : value === null ? '' : decimal(formatSetting(value)));

/** What was typed as the settings table reads it: either decimal sign, and the word for a filter that is off. */
const typed = (key: SettingProperty['key'], text: string): string => {
  const off = OFF[key];
  const word = text.trim().toLowerCase();
  if (word === t('auto')) return 'auto';
  return off !== undefined && (word === 'off' || word === t('off')) ? String(off) : text.replace(',', '.');
};

/** One setting: name, value to type, slider, and a way back to the default. */
export function SettingRow({ property, range, scale = null }: { property: SettingProperty; range: { min: number; max: number }; scale?: Scale | null }) {
  const { settings } = useStudio();
  const { key } = property;
  const value = useSettings((state) => state.values?.[key]);
  const initial = useSettings((state) => state.defaults?.[key]);
  const known = useSettings((state) => state.values !== null);
  const error = useSettings((state) => state.errors[key]);
  const [draft, setDraft] = useState<string | null>(null);
  const [focused, setFocused] = useState(false);
  const id = useId();
  const label = translated(property.label);
  const auto = property.kind === 'auto' && value === undefined;
  if (!known || (value === undefined && !auto)) return <div className="setting" aria-hidden="true"><span className="setting-name muted">{label}</span></div>;

  // Static patches have to have a length: a default that is none is nothing to go back to.
  const reset = value !== initial && initial !== null && (
    <button type="button" className="reset" aria-label={t('Reset {label}', { label })} title={t('Reset to {value}', { value: initial === undefined ? t('auto') : written(key, initial) })} onClick={(event) => { handFocus(event, 'input, .switch', '.setting'); setDraft(null); settings.reset(key); }}>
      <Icon name="reset" size={16} />
    </button>
  );
  if (typeof value === 'boolean') {
    return (
      <>
        <div className="setting switch-row" title={translated(property.help)}>
          <Toggle label={label} checked={value} onChange={(checked) => settings.set(key, checked)} />{reset}
        </div>
        <SettingHelp property={property} />
      </>
    );
  }
  const off = value !== undefined && OFF[key] === value;
  const text = off ? t('off') : auto ? t('auto') : written(key, value);
  return (
    <div className={auto ? 'setting auto' : 'setting'}>
      <label className="setting-name" htmlFor={id} title={translated(property.help)}>
        {SYMBOLS[key] ? rich(SYMBOLS[key]) : label}
      </label>
      {reset}
      <input
        id={id} className="setting-value" inputMode="decimal" autoComplete="off" spellCheck={false}
        value={(focused || error ? draft : null) ?? text} aria-invalid={error !== undefined} aria-describedby={error ? `${id}-error` : undefined}
        {...selectOnEntry}
        onFocus={(event) => { setFocused(true); if (!error) setDraft(null); selectOnEntry.onFocus(event); }}
        onChange={(event) => { setDraft(event.target.value); settings.setText(key, typed(key, event.target.value)); }}
        onBlur={() => setFocused(false)}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
      <span className="setting-unit">{property.unit === 'nats' ? t('nats') : ''}</span>
      <Slider
        label={label} scale={scale} value={auto ? range.min : Number(value)} min={range.min} max={range.max} step={property.step}
        valueText={value === null ? '–' : off || auto ? text : `${text} ${unitText(property.unit, value)}`.trim()}
        onChange={(next) => { setDraft(null); settings.set(key, next); }}
      />
      <SettingHelp property={property} />
      {error && <BadValue id={`${id}-error`} problem={error} back={text} onUndo={() => { setDraft(null); settings.undo(key); }} />}
    </div>
  );
}
