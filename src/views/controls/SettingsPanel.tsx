import { patchWindow } from '../../../engine/manifest.ts';
import { fixedSettings } from '../../../engine/pack-settings.ts';
import { isStatic, sameSettings, settingsTable, type SettingKey, type SettingProperty } from '../../../engine/settings.ts';
import { highestThreshold } from '../../lib/thresholdScale.ts';
import { rich } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { usePack, useSettings, useStudio } from '../context.ts';
import { useThresholdScale } from '../thresholdScale.ts';
import { AgainstRow } from './AgainstRow.tsx';
import { PresetChoice } from './PresetChoice.tsx';
import { SettingRow } from './SettingRow.tsx';

const SAMPLING: readonly SettingKey[] = ['guidance', 'against', 'temperature', 'topK', 'topP'];
const DYNAMIC: readonly SettingKey[] = ['entropyThreshold', 'maxPatchLength', ...SAMPLING, 'rowReset', 'window'];
const STATIC: readonly SettingKey[] = ['staticLength', ...SAMPLING, 'window'];

/** Ranges a slider is useful over; anything the table allows can be typed. */
const reach = (property: SettingProperty, vocab: number, window: number): { min: number; max: number } => {
  if (property.key === 'entropyThreshold') return { min: 0, max: highestThreshold(vocab) };
  if (property.key === 'maxPatchLength' || property.key === 'staticLength') return { min: 1, max: window };
  if (property.key === 'guidance') return { min: 0, max: 8 };
  if (property.key === 'temperature') return { min: 0, max: 2 };
  if (property.key === 'topK') return { min: 0, max: vocab };
  return { min: property.min, max: property.max };
};

const NONE: readonly SettingKey[] = [];

/** The settings of the next run, each with its default a click away. */
export default function SettingsPanel() {
  const { settings } = useStudio();
  const values = useSettings((state) => state.values);
  const defaults = useSettings((state) => state.defaults);
  const vocab = usePack((state) => state.manifest?.vocab ?? 1024);
  const window = usePack((state) => (state.manifest ? patchWindow(state.manifest.model) : 16));
  const changed = values !== null && defaults !== null && !sameSettings(values, defaults);
  const wrong = useSettings((state) => Object.keys(state.errors).length > 0);
  const fixed = usePack((state) => (state.manifest ? fixedSettings(state.manifest) : NONE));
  const scale = useThresholdScale();
  const rows = (values && isStatic(values) ? STATIC : DYNAMIC).filter((key) => !fixed.includes(key));
  return (
    <section className="settings" aria-label={t('Settings of the next run')}>
      <div className="settings-head">
        <h2 className="heading">{t('Settings')}</h2>
        <button type="button" className="button quiet small" aria-disabled={!changed && !wrong} onClick={() => settings.resetAll()}>{t('Reset all')}</button>
      </div>
      {fixed.length === 0 && <PresetChoice />}
      {rows.map((key) => {
        const property = settingsTable.find((row) => row.key === key)!;
        if (property.kind === 'class') return <AgainstRow key={key} property={property} />;
        return <SettingRow key={key} property={property} range={reach(property, vocab, window)} scale={key === 'entropyThreshold' ? scale : null} />;
      })}
      {fixed.length > 0 && <p className="muted small-print">{rich('This pack is a plain transformer: it has no patches, so there is no E_th, P_max or row reset to set.')}</p>}
    </section>
  );
}
