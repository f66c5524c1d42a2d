import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import { cellShares } from '../../../engine/attention.ts';
import { percent } from '../../lib/format.ts';
import { attentionIn, type Possible } from '../../state/attention.ts';
import { translated, t } from '../../text/t.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { Toggle } from '../../ui/Toggle.tsx';
import { lookedAt } from '../cell.ts';
import { againstName } from '../changedSettings.ts';
import { useDraw, usePack, useRun, useRunView, useStudio, useWorkbench } from '../context.ts';
import { useDownloadHint } from '../useDownloadHint.ts';
import './attention.css';

const WHY: Record<Exclude<Possible, 'yes' | 'no model'>, () => string> = {
  'no graphs': () => t('This pack has no graphs for attention.'),
  running: () => t('Attention is computed once the run has ended.'),
  'no run': () => t('There is no run in view.'),
  unscored: () => t('The edit has to be scored first.'),
};

/** Name of the second row of guidance, null where the run in view has none. */
function useSecondRow({ secondRow }: ReturnType<typeof attentionIn>): string | null {
  const manifest = usePack((state) => state.manifest);
  const row = useRun(() => secondRow());
  if (!manifest || row === null) return null;
  return row === manifest.classes.length ? t('No class') : againstName(row, manifest);
}

/** What the step of the cell under the cursor attends to, as an overlay over picture and map; computed when it is asked for. */
export default function AttentionPanel() {
  const studio = useStudio();
  const { stageRef } = useWorkbench();
  const squaresOfStage = () => [...(stageRef.current?.querySelectorAll('.square') ?? [])];
  const view = useRunView();
  const attention = attentionIn(studio);
  const { on, part, block, row, phase, found, problem } = useStore(attention);
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const second = useSecondRow(attention);
  const download = useDownloadHint();
  const [squares, setSquares] = useState<Element[]>([]);
  const canvases = useRef<(HTMLCanvasElement | null)[]>([]);
  const first = useRef<HTMLElement>(null);
  /** What the canvases show: they are drawn again only for something else. */
  const drawn = useRef<unknown[]>([]);
  const why = useRef<HTMLParagraphElement>(null);
  const shownPart = gpt ? 'cells' : part;

  useEffect(() => () => attention.setState({ on: false }), [attention]);

  useDraw(() => {
    if (!on) return;
    attention.refresh();
    // The stage is made anew by other views and by its own switch.
    const there = squaresOfStage();
    if (there.length !== squares.length || there.some((square, i) => square !== squares[i])) setSquares(there);
    const possible = attention.possible();
    const waiting = studio.session.pack.getState().model === 'loading' ? t('Loading the model') : '';
    if (why.current) why.current.textContent = possible === 'yes' ? '' : possible === 'no model' ? waiting : WHY[possible]();
    const { events, version } = view.shown();
    const at = lookedAt(events.length, view.playback.getState());
    const now = [found, at, shownPart, block, version, ...canvases.current];
    if (now.length === drawn.current.length && now.every((value, i) => value === drawn.current[i])) return;
    drawn.current = now;
    const shares = found && at !== null && version === attention.getState().version && at < events.length ? cellShares(found, shownPart, at, block) : null;
    if (first.current) first.current.textContent = shares ? percent(shares.first, 1) : '–';
    const most = shares ? Math.max(1e-6, ...shares.byCell) : 1;
    for (const canvas of canvases.current) {
      const ctx = canvas?.getContext('2d');
      if (!ctx) continue;
      const image = ctx.createImageData(width, width);
      // Dark where nothing is looked at, clear where most is.
      if (shares && at !== null) for (let cell = 0; cell < at; cell++) image.data.set([10, 12, 16, Math.round(225 * (1 - Math.sqrt((shares.byCell[cell] ?? 0) / most)))], 4 * cell);
      ctx.putImageData(image, 0, 0);
    }
  });

  const turn = (value: boolean) => {
    setSquares(value ? squaresOfStage() : []);
    void attention.turn(value);
  };
  const blocks = found ? (shownPart === 'patches' ? found.patches?.blocks ?? 0 : found.cells.blocks) : 0;
  return (
    <section className="attention" aria-label={t('Attention')}>
      <h2 className="heading">{t('Attention')}</h2>
      <Toggle label={t('Show what this cell attends to')} checked={on} onChange={turn} />
      {!on && download && <p className="hint">{download}</p>}
      {on && (
        <>
          {!gpt && <Segmented label={t('Attention of')} value={part} options={[{ value: 'patches', label: t('Patch transformer') }, { value: 'cells', label: t('Decoder') }]} onChange={(value) => attention.setState({ part: value, block: null })} />}
          <label className="attention-block">{t('Block')} <select className="field" value={block ?? 'mean'} onChange={({ target }) => attention.setState({ block: target.value === 'mean' ? null : Number(target.value) })}>
            <option value="mean">{t('Mean of all')}</option>
            {Array.from({ length: blocks }, (_, i) => <option key={i} value={i}>{i + 1}</option>)}
          </select></label>
          {second && <Segmented label={t('Row of guidance')} value={row} options={[{ value: 'class', label: t('Class') }, { value: 'second', label: second }]} onChange={attention.chooseRow} />}
          <dl className="facts"><div><dt>{shownPart === 'patches' || gpt ? t('On the class slot') : t('On the start slot')}</dt><dd ref={first} data-figure="attention-first">–</dd></div></dl>
          <p ref={why} className="muted" />
          <p className="muted" role="status">{phase === 'working' ? t('Computing attention…') : phase === 'done' ? t('The clearer a cell, the more is attended to it; mean over heads.') : ''}</p>
          {problem && phase === 'failed' && <p className="field-error" role="alert">{translated(problem.message)} {translated(problem.detail)}</p>}
        </>
      )}
      {squares.map((square, i) => createPortal(<canvas ref={(canvas) => { canvases.current[i] = canvas; }} className="layer pixels attention-layer" width={width} height={width} aria-hidden="true" />, square, String(i)))}
    </section>
  );
}
