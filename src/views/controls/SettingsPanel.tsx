import { settingsTable, type SettingKey, type SettingProperty } from '../../../engine/settings.ts';
import { usePack, useSettings, useStudio } from '../context.ts';
import { SettingRow } from './SettingRow.tsx';

const ORDER: readonly SettingKey[] = ['entropyThreshold', 'maxPatchLength', 'guidance', 'temperature', 'topK', 'topP', 'rowReset'];

/** Ranges a slider is useful over; anything the table allows can be typed. */
const reach = (property: SettingProperty, vocab: number, window: number): { min: number; max: number } => {
  if (property.key === 'entropyThreshold') return { min: 0, max: Math.ceil(Math.log(vocab) * 20) / 20 };
  if (property.key === 'maxPatchLength') return { min: 1, max: window };
  if (property.key === 'guidance') return { min: 0, max: 8 };
  if (property.key === 'temperature') return { min: 0, max: 2 };
  if (property.key === 'topK') return { min: 0, max: vocab };
  return { min: property.min, max: property.max };
};

/** The settings of the next run, each with its default a click away. */
export function SettingsPanel() {
  const { settings } = useStudio();
  const values = useSettings((state) => state.values);
  const defaults = useSettings((state) => state.defaults);
  const vocab = usePack((state) => state.manifest?.vocab ?? 1024);
  const window = usePack((state) => state.manifest?.model.window ?? 16);
  const changed = values !== null && defaults !== null && ORDER.some((key) => values[key] !== defaults[key]);
  return (
    <section className="settings" aria-label="Settings of the next run">
      <div className="settings-head">
        <h2 className="heading">Settings</h2>
        <button type="button" className="button quiet small" disabled={!changed} onClick={() => defaults && settings.setAll(defaults)}>Reset all</button>
      </div>
      {ORDER.map((key) => {
        const property = settingsTable.find((row) => row.key === key)!;
        return <SettingRow key={key} property={property} range={reach(property, vocab, window)} />;
      })}
    </section>
  );
}
