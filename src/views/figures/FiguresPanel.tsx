import type { Figures } from '../../../engine/view.ts';
import { t } from '../../text/t.ts';
import { useFrameEvery, usePack, useRunView } from '../context.ts';
import { late } from '../../ui/late.tsx';
import { CellPanel } from './CellPanel.tsx';
import { Cost, Totals } from './Totals.tsx';
import { shownFigures, shownSpeed } from './shownFigures.ts';
import { StageTimes } from './StageTimes.tsx';

const AttentionPanel = late(() => import('../attention/AttentionPanel.tsx'));

/** Figures change at most this often, so that they can be read while they run. */
const READABLE_MS = 120;

/** Figures of what is shown, and of the run as decoded while another rule is tried out; and its tokens per second. */
export function useFigures(): { now: Figures | null; decoded: Figures | null; speed: number | null } {
  useFrameEvery(READABLE_MS);
  const view = useRunView();
  const manifest = usePack((state) => state.manifest);
  const run = view.run.getState();
  if (!manifest || !run.header) return { now: null, decoded: null, speed: null };
  const figures = shownFigures(view.shown(), view.playback.getState().cursor, manifest, run.header);
  return { ...figures, speed: shownSpeed(figures.now, run, view.shown()) };
}

/** What the shown part of the run took, and the cell in question. */
export default function FiguresPanel() {
  const { now, decoded, speed } = useFigures();
  return (
    <aside className="figures" aria-label={t('Figures')}>
      <Totals figures={now} decoded={decoded} speed={speed} />
      <Cost figures={now} decoded={decoded} />
      <StageTimes stages={now?.stages ?? {}} />
      <CellPanel />
      <AttentionPanel />
    </aside>
  );
}
