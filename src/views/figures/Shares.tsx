import type { ReactNode } from 'react';
import { percent } from '../../lib/format.ts';
import { t } from '../../text/t.ts';

interface Row {
  key: string;
  name: ReactNode;
  /** Of tokens.css. */
  colour: string;
  /** Undefined where there is none. */
  part: number | undefined;
  figure: string;
}

/** Parts of a whole, as a bar over a table: of each its share and a figure. */
export function Shares({ title, of, share, figure, rows }: { title: string; of: string; share?: string; figure: string; rows: readonly Row[] }) {
  const all = rows.reduce((sum, { part = 0 }) => sum + part, 0);
  return (
    <section>
      <h2 className="heading">{title}</h2>
      <div className="stacked" aria-hidden="true">{rows.map(({ key, colour, part = 0 }) => <i key={key} style={{ flexGrow: all > 0 ? part / all : 0, background: `var(--${colour})` }} />)}</div>
      <table className="times">
        <thead><tr><th scope="col"><span className="visually-hidden">{of}</span></th><th scope="col" title={share}>{t('share')}</th><th scope="col">{figure}</th></tr></thead>
        <tbody>
          {rows.map(({ key, name, colour, part, figure }) => (
            <tr key={key}>
              <th scope="row"><i style={{ background: `var(--${colour})` }} />{name}</th>
              <td className="muted">{part !== undefined && all > 0 ? percent(part / all) : ''}</td>
              <td>{figure}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
