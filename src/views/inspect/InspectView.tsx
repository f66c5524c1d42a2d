import { useEffect, useState, type DragEvent } from 'react';
import { t } from '../../text/t.ts';
import { Cost, Totals } from '../figures/Totals.tsx';
import { CellPanel } from '../figures/CellPanel.tsx';
import { useFigures } from '../figures/FiguresPanel.tsx';
import { Stage } from '../stage/Stage.tsx';
import Strip from '../strip/Strip.tsx';
import { HowItRan } from '../timeline/HowItRan.tsx';
import Transport from '../transport/Transport.tsx';
import { dropped } from '../../share/dropped.ts';
import { usePack, useRunView, useStudio } from '../context.ts';
import type { ContinuationChoice } from './continuation.ts';
import { late } from '../../ui/late.tsx';
import { Boundaries } from './Boundaries.tsx';
import { CurvePlot } from './CurvePlot.tsx';
import { EditBar } from './EditBar.tsx';
import { EditPanel } from './EditPanel.tsx';
import { Histograms } from './Histograms.tsx';
import { openAny } from './openAny.ts';
import { RulesPanel } from './RulesPanel.tsx';
import { SourcePanel } from './SourcePanel.tsx';
import { SurprisePlot } from './SurprisePlot.tsx';
import './inspect.css';

const AttentionPanel = late(() => import('../attention/AttentionPanel.tsx'));

/** A run, or any picture, cell by cell: why patches open, what other rules would do, and how it goes on from an edit. */
export default function InspectView() {
  const studio = useStudio();
  const [choice, setChoice] = useState<ContinuationChoice | null>(null);
  const { edit } = useRunView();
  const manifest = usePack((state) => state.manifest);
  // A code is one of this pack, and is painted with where an edit can be seen and undone.
  useEffect(() => () => edit.setBrush(null), [edit, manifest]);
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const found = dropped(event.clipboardData);
      if (found?.kind !== 'file') return;
      event.preventDefault();
      void openAny(studio, found.file);
    };
    window.addEventListener('paste', paste);
    return () => window.removeEventListener('paste', paste);
  }, [studio]);
  const drop = (event: DragEvent) => {
    const found = dropped(event.dataTransfer);
    // Packs and addresses are the page's, as in every view.
    if (found?.kind !== 'file') return;
    event.preventDefault();
    void openAny(studio, found.file);
  };
  return (
    <main className="workbench inspect" onDrop={drop}>
      <div className="centre">
        <Stage />
        <EditBar choice={choice} />
        <Strip />
        <Transport />
        <HowItRan />
      </div>
      <div className="inspect-controls">
        <SourcePanel />
        <RulesPanel />
        <EditPanel choice={choice} onChoose={setChoice} />
      </div>
      <Readings />
      <Plots />
    </main>
  );
}

function Readings() {
  const { edit, playback } = useRunView();
  const { now, decoded, speed } = useFigures();
  /** While it plays, the cell that is changed is held in view. */
  const put = (cell: number, token: number) => {
    const { mode, pin } = playback.getState();
    playback.pause();
    if (mode !== 'paused' && pin !== cell) playback.pinCell(cell);
    edit.put(cell, token);
  };
  const patches = usePack((state) => state.manifest?.kind !== 'gpt');
  return (
    <aside className="figures" aria-label={t('Readings')}>
      <CellPanel onPut={put} />
      <AttentionPanel />
      <Totals figures={now} decoded={decoded} speed={speed} />
      {patches && <Boundaries />}
      <Cost figures={now} decoded={decoded} />
    </aside>
  );
}

/** What the run looks like as a whole. */
function Plots() {
  const patches = usePack((state) => state.manifest?.kind !== 'gpt');
  return (
    <div className="inspect-plots">
      {patches && <CurvePlot />}
      <Histograms patches={patches} />
      <SurprisePlot />
    </div>
  );
}
