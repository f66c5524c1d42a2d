import { useStore } from 'zustand';
import type { StageMode } from '../../state/options.ts';
import { t } from '../../text/t.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { Toggle } from '../../ui/Toggle.tsx';
import { usePack, useWorkbench } from '../context.ts';

const MODES = [
  { value: 'both', label: 'Both' },
  { value: 'image', label: 'Image' },
  { value: 'entropy', label: 'Entropy' },
] as const;

/** How the stage is shown; `narrow`: one side at a time. */
export default function StageOptions({ mode, narrow, onMode }: { mode: StageMode; narrow: boolean; onMode: (mode: StageMode) => void }) {
  const { options } = useWorkbench();
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const { bricks, cells, smooth } = useStore(options);
  return (
    <div className="stage-options">
      <Toggle label={t(gpt || cells ? 'Cells' : 'Patches')} checked={bricks} onChange={(value) => options.setState({ bricks: value })} />
      <Toggle label={t('Smooth')} checked={smooth} onChange={(value) => options.setState({ smooth: value })} />
      <Segmented label={t('What the stage shows')} value={narrow && mode === 'both' ? 'image' : mode} options={(narrow ? MODES.slice(1) : MODES).map(({ value, label }) => ({ value, label: t(label) }))} onChange={onMode} />
    </div>
  );
}
