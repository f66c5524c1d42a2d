import { patchesAt } from '../../../engine/view.ts';
import { nats, probability } from '../../lib/format.ts';
import { reasonWords } from '../../lib/reasons.ts';
import { lookedAt } from '../cell.ts';
import { usePack, usePlayback, useRun, useStudio } from '../context.ts';
import { CodeTile } from './CodeTile.tsx';

/** The cell pointed at, else the last one shown. */
export function CellPanel() {
  const { run, playback } = useStudio();
  // The panel above renders on frames; a pick has to show at once.
  usePlayback((state) => state.pick);
  useRun((state) => state.id);
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const { events, count } = run.getState();
  const at = lookedAt(count, playback.getState());
  const event = at === null ? undefined : events[at];
  if (at === null || !event) {
    return <section className="cell-panel"><h2 className="heading">Cell</h2><p className="muted">Point at a cell of the picture or the map.</p></section>;
  }
  const patch = patchesAt(events, count, width)[event.patch];
  const rivals = event.alternatives.filter(([token]) => token !== event.token).slice(0, 4);
  return (
    <section className="cell-panel">
      <h2 className="heading">Cell, row {Math.floor(at / width)}, column {at % width}</h2>
      <dl className="facts">
        <div><dt>Token</dt><dd className="with-tile" data-cell-figure="token"><CodeTile token={event.token} />{event.token}</dd></div>
        <div><dt>Entropy</dt><dd data-cell-figure="entropy">{nats(event.entropy)}</dd></div>
        <div><dt>Patch</dt><dd>{patch && patch.length > 1 ? `${ordinal(at - patch.start + 1)} of ${patch.length}` : 'alone'}</dd></div>
        <div><dt>Opens a patch</dt><dd data-cell-figure="opens">{event.opens.length > 0 ? reasonWords(event.opens) : 'no, joins'}</dd></div>
        <div><dt>Chosen with</dt><dd>{event.source === 'given' ? 'given' : event.logprob === null ? 'n/a' : probability(Math.exp(event.logprob))}</dd></div>
      </dl>
      {rivals.length > 0 && (
        <>
          <h3 className="small-print muted">Strongest rivals</h3>
          <ul className="rivals">
            {rivals.map(([token, p]) => <li key={token}><CodeTile token={token} /><span>{token}</span><span className="muted">{probability(p)}</span></li>)}
          </ul>
        </>
      )}
    </section>
  );
}

const ordinal = (n: number) => `${n}${n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
