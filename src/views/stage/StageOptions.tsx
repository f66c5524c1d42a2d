import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { StageMode } from '../../state/options.ts';
import { packImage } from '../../state/packImages.ts';
import { t } from '../../text/t.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { Toggle } from '../../ui/Toggle.tsx';
import { usePack, useWorkbench } from '../context.ts';

const MODES = [
  { value: 'both', label: 'Both' },
  { value: 'image', label: 'Image' },
  { value: 'entropy', label: 'Entropy' },
] as const;

/** What a run shows where painting is slow comes with the model, so that it is there when the tokens are. */
function usePreviewAhead(): void {
  const tiles = usePack((state) => state.manifest?.codebook.tiles);
  const url = usePack((state) => state.manifestUrl);
  const wanted = usePack((state) => state.model === 'loading' || state.model === 'ready');
  useEffect(() => {
    if (wanted && tiles) void Promise.all([import('./CoarsePreview.tsx'), packImage(tiles, url)]).catch(() => undefined);
  }, [wanted, tiles, url]);
}

/** How the stage is shown; `narrow`: one side at a time. */
export default function StageOptions({ mode, narrow, onMode }: { mode: StageMode; narrow: boolean; onMode: (mode: StageMode) => void }) {
  usePreviewAhead();
  const { options } = useWorkbench();
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const { bricks, draws, smooth } = useStore(options);
  return (
    <div className="stage-options">
      <Toggle label={t(gpt || draws === 'cells' ? 'Cells' : 'Patches')} checked={bricks} onChange={(value) => options.setState({ bricks: value })} />
      <Toggle label={t('Smooth')} checked={smooth} onChange={(value) => options.setState({ smooth: value })} />
      <Segmented label={t('What the stage shows')} value={narrow && mode === 'both' ? 'image' : mode} options={(narrow ? MODES.slice(1) : MODES).map(({ value, label }) => ({ value, label: t(label) }))} onChange={onMode} />
    </div>
  );
}
