import type { TokenEvent } from '../../../engine/log.ts';
import { probability } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { CodeTile } from './CodeTile.tsx';

const MOST = 5;

/** The likeliest tokens as the tiles they would paint; the chosen one is marked. With `onPut` each is a button. */
export function Rivals({ event, onPut }: { event: TokenEvent; onPut?: ((token: number) => void) | undefined }) {
  const { token: chosen, alternatives } = event;
  const list = alternatives.slice(0, MOST);
  const top = Math.max(...list.map(([, p]) => p), 1e-9);
  if (list.length === 0) return <p className="muted small-print rivals-none">{t('Its rivals are known once the decoder has seen this cell.')}</p>;
  return (
    <>
      <h3 className="small-print muted">{onPut ? t('Likeliest here: press one to put it in') : t('Likeliest here')}</h3>
      <ul className="rivals">
        {list.map(([token, p], rank) => (
          <li key={rank}>
            <Rival token={token} p={p} share={p / top} chosen={token === chosen} onPut={onPut} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Rival(props: { token: number; p: number; share: number; chosen: boolean; onPut: ((token: number) => void) | undefined }) {
  const { token, p, share, chosen, onPut } = props;
  const text = (
    <>
      <CodeTile token={token} />
      <span className="rival-bar" aria-hidden="true"><i style={{ width: `${100 * share}%` }} /></span>
      <span className="rival-token">{token}{chosen && <> <b>{t('chosen')}</b></>}</span>
      <span className="muted rival-p">{probability(p)}</span>
    </>
  );
  if (!onPut || chosen) return <span className={chosen ? 'rival chosen' : 'rival'}>{text}</span>;
  return <button type="button" className="rival" aria-label={t('Put token {token} here, probability {p}', { token, p: probability(p) })} onClick={() => onPut(token)}>{text}</button>;
}
