import { presetOf, withPreset, type Preset } from '../../state/presets.ts';
import { symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { usePack, useSettings, useStudio } from '../context.ts';

const OPTIONS = [
  { value: 'dynamic', label: 'Dynamic' },
  { value: 'static', label: 'Static' },
  { value: 'token', label: 'One per patch' },
] as const;

const HELP = {
  dynamic: 'Entropy decides where a patch opens.',
  static: 'Patches of one length, the mean of the dynamic ones.',
  token: 'Same model, one token per patch: P_max = 1.',
} as const satisfies Record<Preset, string>;

/** How the next image is cut into patches. */
export function PresetChoice() {
  const { settings } = useStudio();
  const values = useSettings((state) => state.values);
  const manifest = usePack((state) => state.manifest);
  if (!values || !manifest) return null;
  const now = presetOf(values);
  return (
    <div className="preset">
      <Segmented label={t('Patching')} value={now} options={OPTIONS.map(({ value, label }) => ({ value, label: t(label) }))} onChange={(preset) => settings.setAll(withPreset(preset, values, manifest))} />
      <p className="hint">{symbols(t(HELP[now]))}</p>
    </div>
  );
}
