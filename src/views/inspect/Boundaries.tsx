import { openedBy, reasonName } from '../../lib/reasons.ts';
import { integer } from '../../lib/format.ts';
import { symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { useFrameEvery, useRunView } from '../context.ts';
import { Shares } from '../figures/Shares.tsx';

const READABLE_MS = 200;

/** What opened the patches so far: how many boundaries are the entropy's, and how many come of the other rules. */
export function Boundaries() {
  useFrameEvery(READABLE_MS);
  const { shown, playback } = useRunView();
  const rows = openedBy(shown().events, playback.getState().cursor)
    .map(({ reason, kind, count }) => ({ key: reason, name: symbols(reasonName(reason)), colour: kind, part: count, figure: integer(count) }));
  return rows.length > 0 && <Shares title={t('What opens patches')} of={t('Reason')} figure={t('patches')} rows={rows} />;
}
