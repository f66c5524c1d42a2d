import { useStore } from 'zustand';
import type { StageMode } from '../../state/options.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { Toggle } from '../../ui/Toggle.tsx';
import { backendName } from '../bar/loadText.ts';
import { useMedia } from '../media.ts';
import { useRun, useWorkbench } from '../context.ts';

const MODES = [
  { value: 'both', label: 'Both' },
  { value: 'image', label: 'Image' },
  { value: 'entropy', label: 'Entropy' },
] as const;

/** What is in view, where it comes from, and how it is shown. */
export function StageHead({ mode, onMode }: { mode: StageMode; onMode: (mode: StageMode) => void }) {
  const { options } = useWorkbench();
  const narrow = useMedia('(max-width: 719px)');
  const { bricks, smooth } = useStore(options);
  return (
    <div className="stage-head">
      <RunTitle />
      <div className="stage-options">
        <Toggle label="Patches" checked={bricks} onChange={(value) => options.setState({ bricks: value })} />
        <Toggle label="Smooth" checked={smooth} onChange={(value) => options.setState({ smooth: value })} />
        <Segmented label="What the stage shows" value={narrow && mode === 'both' ? 'image' : mode} options={narrow ? MODES.slice(1) : MODES} onChange={onMode} />
      </div>
    </div>
  );
}

function RecordedChip({ backend }: { backend: string | undefined }) {
  const where = backend ? ` on ${backendName(backend)}` : '';
  return (
    <>
      <span className="chip recorded" title={`Made in advance with this pack${where} and played back here; nothing is being computed.`}>Recorded</span>
      <span className="run-note">made in advance<span className="optional">{where}</span></span>
    </>
  );
}

const WORDS = { empty: '', running: 'Decoding', complete: '', stopped: 'Stopped', failed: 'Failed' } as const;

function RunTitle() {
  const title = useRun((state) => state.title);
  const origin = useRun((state) => state.origin);
  const phase = useRun((state) => state.phase);
  const backend = useRun((state) => state.header?.backend);
  if (phase === 'empty') return <h1 className="run-title muted">No run yet</h1>;
  return (
    <h1 className="run-title">
      <span>{title}</span>
      {origin === 'recorded'
        ? <RecordedChip backend={backend} />
        : <span className={`chip ${phase}`}>{WORDS[phase] || 'Made here'}</span>}
    </h1>
  );
}
