import { figuresAt, type Figures } from '../../../engine/view.ts';
import { groupsOf } from '../../../engine/sampling.ts';
import { operations, percent } from '../../lib/format.ts';
import { useFrameEvery, usePack, useStudio } from '../context.ts';
import { CellPanel } from './CellPanel.tsx';
import { StageTimes } from './StageTimes.tsx';

/** Figures change at most this often, so that they can be read while they run. */
const READABLE_MS = 120;

/** What the shown part of the run took, and the cell in question. */
export function FiguresPanel() {
  useFrameEvery(READABLE_MS);
  const studio = useStudio();
  const manifest = usePack((state) => state.manifest);
  const { events, header, wallMs, count } = studio.run.getState();
  const { cursor } = studio.playback.getState();
  const figures = manifest && header ? figuresAt(events, cursor, manifest, groupsOf(header.settings)) : null;
  // Wall-clock speed of a run made here; a recording only knows its stages.
  const speed = wallMs !== null && cursor === count && count > 0 ? (count / wallMs) * 1000 : figures?.tokensPerSecond ?? null;
  return (
    <aside className="figures" aria-label="Figures">
      <Totals figures={figures} speed={speed} />
      <Cost figures={figures} />
      <StageTimes stages={figures?.stages ?? {}} />
      <CellPanel />
    </aside>
  );
}

function Totals({ figures, speed }: { figures: Figures | null; speed: number | null }) {
  return (
    <section>
      <h2 className="heading">This image</h2>
      <p className="big"><strong data-figure="patches">{figures?.patches ?? 0}</strong> <span>patch-transformer steps<br />for <b data-figure="tokens">{figures?.tokens ?? 0}</b> tokens</span></p>
      <dl className="facts">
        <div><dt>Mean patch P<span className="sub">avg</span></dt><dd data-figure="p-avg">{figures?.pAvg?.toFixed(2) ?? '–'} <span className="muted">tokens</span></dd></div>
        <div><dt>Speed</dt><dd data-figure="speed">{speed === null ? '–' : speed.toFixed(speed < 10 ? 1 : 0)} <span className="muted">tokens/s</span></dd></div>
      </dl>
    </section>
  );
}

function Cost({ figures }: { figures: Figures | null }) {
  const ratio = figures?.costRatio ?? null;
  const scale = Math.max(1, ratio ?? 0);
  const ours = figures ? figures.cost.total + figures.cost.entropy : 0;
  return (
    <section title="Multiply-accumulates of the linear layers so far, the entropy model included, against the same tokens one by one on the same weights.">
      <h2 className="heading">Multiply-accumulates</h2>
      <div className="versus">
        <span>Dynamic patches</span><span>{figures ? operations(ours) : '–'}</span>
        <i><b style={{ width: `${(100 * (ratio ?? 0)) / scale}%`, background: 'var(--accent)' }} /></i>
        <span>Token by token</span><span>{figures ? operations(figures.baseline.total) : '–'}</span>
        <i><b style={{ width: `${ratio === null ? 0 : 100 / scale}%`, background: 'var(--control-line)' }} /></i>
      </div>
      <p className="muted small-print"><b data-figure="cost-ratio">{ratio === null ? '–' : percent(ratio)}</b> of token by token</p>
    </section>
  );
}
