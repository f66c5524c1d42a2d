import type { TokenEvent } from '../../../engine/log.ts';
import { probability } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { CodeTile } from './CodeTile.tsx';

const MOST = 5;

/** The most likely tokens as the tiles they would paint; the chosen one is marked. With `onPut` each is a button. */
export function Alternatives({ event, onPut }: { event: TokenEvent; onPut?: ((token: number) => void) | undefined }) {
  const { token: chosen, alternatives } = event;
  const list = alternatives.slice(0, MOST);
  const top = Math.max(...list.map(([, p]) => p), 1e-9);
  if (list.length === 0) return <p className="muted small-print alternatives-none">{t('The alternatives are known once the decoder has computed this cell.')}</p>;
  return (
    <>
      <h3 className="small-print muted">{onPut ? t('Most likely here: click to use') : t('Most likely here')}</h3>
      <ul className="alternatives">
        {list.map(([token, p], rank) => (
          <li key={rank}>
            <Alternative token={token} p={p} share={p / top} chosen={token === chosen} onPut={onPut} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Alternative(props: { token: number; p: number; share: number; chosen: boolean; onPut: ((token: number) => void) | undefined }) {
  const { token, p, share, chosen, onPut } = props;
  const text = (
    <>
      <CodeTile token={token} />
      <span className="alternative-bar" aria-hidden="true"><i style={{ width: `${100 * share}%` }} /></span>
      <span className="alternative-token">{token}{chosen && <> <b>{t('chosen')}</b></>}</span>
      <span className="muted alternative-p">{probability(p)}</span>
    </>
  );
  if (!onPut || chosen) return <span className={chosen ? 'alternative chosen' : 'alternative'}>{text}</span>;
  return <button type="button" className="alternative" aria-label={t('Use token {token} here, probability {p}', { token, p: probability(p) })} onClick={(event) => { handFocus(event, 'button', '.alternatives'); onPut(token); }}>{text}</button>;
}
