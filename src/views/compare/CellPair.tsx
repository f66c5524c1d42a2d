import { probability } from '../../lib/format.ts';
import type { RunView } from '../../state/runView.ts';
import { symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { lookedAt, rowAndColumn } from '../cell.ts';
import { useFrameEvery, usePlayback, WorkbenchContext } from '../context.ts';
import { tokenText, useWithoutEntropies } from '../withoutEntropies.ts';
import { CodeTile } from '../figures/CodeTile.tsx';
import { useSecond, type CompareSession } from './session.ts';

/** The same cell of both runs; of A alone until there is a B. */
export function CellPair({ session }: { session: CompareSession }) {
  const { a, b } = session.benches();
  const second = useSecond(session);
  return (
    <WorkbenchContext value={a}>
      <Pair session={session} second={second}>
        <Cell side={a.view} name="a" />
        {second && <WorkbenchContext value={b}><Cell side={b.view} name="b" /></WorkbenchContext>}
      </Pair>
    </WorkbenchContext>
  );
}

function useCell({ compare: { getState, playback } }: Pick<CompareSession, 'compare'>): number | null {
  const { a, b } = getState().sides;
  return lookedAt(Math.max(a.run.getState().count, b.run.getState().count), playback.getState());
}

function Pair({ session, second, children }: { session: CompareSession; second: boolean; children: React.ReactNode }) {
  useFrameEvery(120);
  usePlayback((state) => state.pick);
  const at = useCell(session);
  const width = session.compare.getState().sides.a.run.getState().header?.grid.width ?? 16;
  return (
    <section className="cell-pair" aria-label={second ? t('Cell in both runs') : t('Cell')}>
      <h2 className="heading">{at === null ? t('Cell') : t('Cell, row {row}, column {column}', rowAndColumn(at, width))}</h2>
      <div className="cell-pair-sides">{children}</div>
      <p className="small-print muted">{second ? t('Point at a cell of either run; click to pin it.') : t('Point at a cell; click to pin it.')}</p>
    </section>
  );
}

function Cell({ side, name }: { side: RunView; name: 'a' | 'b' }) {
  useFrameEvery(120);
  usePlayback((state) => state.pick);
  usePlayback((state) => state.pin);
  const plain = useWithoutEntropies();
  const { events } = side.shown();
  const at = lookedAt(Infinity, side.playback.getState());
  const event = at === null ? undefined : events[at];
  return (
    <div className="cell-of" data-cell-side={name}>
      <b className={`side-mark ${name}`}>{name.toUpperCase()}</b>
      {event
        ? (
          <>
            <CodeTile token={event.token} />
            <p>
              <span className="muted">{t('Token')}</span> <b data-pair="token">{event.token}</b><br />
              {plain ? t('no entropies needed') : symbols(tokenText(event, side))}<br />
              <span className="muted">{event.logprob === null ? t('probability n/a') : t('probability {p}', { p: probability(Math.exp(event.logprob)) })}</span>
            </p>
          </>
        )
        : <p className="muted">{t('not decoded here')}</p>}
    </div>
  );
}
