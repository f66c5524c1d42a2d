import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { patchesAt } from '../../../engine/view.ts';
import { steps } from '../../lib/counts.ts';
import { fixed } from '../../lib/format.ts';
import type { SheetTile } from '../../state/compare/compareState.ts';
import { symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { boundaryPath } from '../stage/boundaries.ts';
import { Cased } from '../stage/Cased.tsx';
import { usePainted } from '../usePainted.ts';
import { useWaits, type CompareSession } from './session.ts';

/** One seed at six thresholds: the pictures with P_avg and steps under each, as the paper's Table 6 asks of a whole data set. */
export function ThresholdSheet({ session }: { session: CompareSession }) {
  const { compare } = session;
  const sheet = useStore(compare, (state) => state.sheet);
  const shown = useStore(compare, ({ source: { b } }) => (b?.kind === 'made' ? b.index : null));
  const place = useRef<HTMLElement>(null);
  const asked = useRef(sheet);
  // It comes into view when it is asked for, not when Compare is opened again.
  useEffect(() => {
    if (sheet !== asked.current) place.current?.scrollIntoView({ block: 'nearest' });
    asked.current = sheet;
  }, [sheet]);
  const { made } = compare.getState();
  if (sheet.length === 0) return null;
  return (
    <section ref={place} className="threshold-sheet" aria-label={t('One seed, six thresholds')}>
      <h2 className="heading">{t('One seed, six thresholds')}</h2>
      <ol>
        {sheet.map((tile, i) => (
          <li key={i}><Tile session={session} tile={tile} shown={shown === made.indexOf(tile.run)} onShow={() => void compare.showTile(i)} /></li>
        ))}
      </ol>
    </section>
  );
}

function Tile({ session, tile: { threshold, run }, shown, onShow }: { session: CompareSession; tile: SheetTile; shown: boolean; onShow: () => void }) {
  const canvas = usePainted(useStore(run, (state) => state.picture));
  const count = useStore(run, (state) => state.count);
  const header = useStore(run, (state) => state.header);
  const phase = useStore(run, (state) => state.phase);
  const waiting = useWaits(session, run);
  const patches = header ? patchesAt(run.getState().events, count, header.grid.width) : [];
  const average = patches.length > 0 ? fixed(count / patches.length, 2) : '–';
  const width = header?.grid.width ?? 16;
  return (
    <button type="button" className="sheet-tile" aria-pressed={shown} disabled={count === 0} onClick={onShow} title={t('Show as run B')}>
      <span className="square">
        <canvas ref={canvas} className="layer" width="1" height="1" aria-hidden="true" />
        <svg className="layer overlay soft" viewBox={`0 0 ${width} ${width}`} aria-hidden="true"><Cased className="edges" d={boundaryPath(patches, width)} /></svg>
      </span>
      <span className="sheet-text">
        <b>{symbols('E_th')} {fixed(threshold, 2)}</b>
        <span>{symbols('P_avg')} {average}</span>
        <span>{waiting ? t('waiting') : phase === 'empty' ? t('not made') : phase === 'failed' || phase === 'stopped' ? t(phase) : steps(patches.length)}</span>
      </span>
    </button>
  );
}
