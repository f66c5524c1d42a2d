import { openedBy, reasonName } from '../../lib/reasons.ts';
import { integer, percent } from '../../lib/format.ts';
import { symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { useFrameEvery, useRunView } from '../context.ts';

const READABLE_MS = 200;

/** What opened the patches so far: how many boundaries are the entropy's, and how many come of the other rules. */
export function Boundaries() {
  useFrameEvery(READABLE_MS);
  const { shown, playback } = useRunView();
  const rows = openedBy(shown().events, playback.getState().cursor);
  if (rows.length === 0) return null;
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  return (
    <section>
      <h2 className="heading">{t('What opens patches')}</h2>
      <div className="stacked" aria-hidden="true">{rows.map(({ reason, kind, count }) => <i key={reason} style={{ flexGrow: count, background: `var(--${kind})` }} />)}</div>
      <table className="times">
        <thead><tr><th scope="col"><span className="visually-hidden">{t('Reason')}</span></th><th scope="col">{t('share')}</th><th scope="col">{t('patches')}</th></tr></thead>
        <tbody>
          {rows.map(({ reason, kind, count }) => (
            <tr key={reason}>
              <th scope="row"><i style={{ background: `var(--${kind})` }} />{symbols(reasonName(reason))}</th>
              <td className="muted">{all > 0 ? percent(count / all) : ''}</td>
              <td data-boundaries={reason}>{integer(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
