import type { Figures } from '../../../engine/view.ts';
import { t } from '../../text/t.ts';
import { useFrameEvery, usePack, useRunView } from '../context.ts';
import { late } from '../../ui/late.tsx';
import { CellPanel } from './CellPanel.tsx';
import { Cost, Totals } from './Totals.tsx';
import { shownFigures } from './shownFigures.ts';
import { StageTimes } from './StageTimes.tsx';

const AttentionPanel = late(() => import('../attention/AttentionPanel.tsx'));

/** Figures change at most this often, so that they can be read while they run. */
const READABLE_MS = 120;

/** Figures of what is shown, and of the run as decoded while another rule is tried out. */
export function useFigures(): { now: Figures | null; decoded: Figures | null } {
  useFrameEvery(READABLE_MS);
  const view = useRunView();
  const manifest = usePack((state) => state.manifest);
  const { header } = view.run.getState();
  return manifest && header ? shownFigures(view.shown(), view.playback.getState().cursor, manifest, header) : { now: null, decoded: null };
}

/** What the shown part of the run took, and the cell in question. */
export default function FiguresPanel() {
  const view = useRunView();
  const { now, decoded } = useFigures();
  const { wallMs, count } = view.run.getState();
  // Wall-clock speed of a run made here; a recording only knows its stages, and edited tokens were not decoded.
  const whole = !view.shown().edited && wallMs !== null && view.playback.getState().cursor === count && count > 0;
  const speed = whole ? (count / wallMs) * 1000 : now?.tokensPerSecond ?? null;
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
