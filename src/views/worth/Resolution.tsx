import { useState } from 'react';
import type { Manifest } from '../../../engine/manifest.ts';
import { integer, operations, percent } from '../../lib/format.ts';
import { packsOfOtherSizes } from '../../state/packsBeside.ts';
import { resolutionRows } from '../../state/resolution.ts';
import { rich } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { useFound } from '../useFound.ts';

const otherSizes = (pack: Manifest) => packsOfOtherSizes(pack, document.baseURI);

/** What larger pictures would cost: tokens, patches and attention, each row marked as measured or computed. */
export function Resolution({ pack, plain, open = false }: { pack: Manifest; plain: Manifest; open?: boolean }) {
  const [opened, setOpened] = useState(open);
  const rows = resolutionRows(pack, plain, useFound(opened ? pack : null, otherSizes) ?? []);
  if (rows.length === 0) return null;
  const labels = { tokens: t('Tokens'), patches: t('Patches'), attention: t('Attention, dynamic (MACs)'), plain: t('Attention, plain transformer (MACs)'), linear: t('Share of linear layers') };
  return (
    <details className="resolution" open={open} onToggle={(event) => { if (event.currentTarget.open) setOpened(true); }}>
      <summary>{t('Cost by picture size')}</summary>
      <div className="worth-scroll" tabIndex={0} role="group" aria-label={t('Cost by picture size')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Pixels a side')}</th><th scope="col">{rich('Tokens *T*')}</th><th scope="col">{labels.patches}</th>
              <th scope="col">{labels.attention}</th><th scope="col">{labels.plain}</th><th scope="col">{labels.linear}</th><th scope="col" className="on-page">{t('Patches known from')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.size}>
                <th scope="row">{integer(row.size)}<span className="on-phone"> {t('pixels a side')}, {row.measured ? t('patches measured') : t('patches computed')}</span></th><td data-label={labels.tokens}>{integer(row.tokens)}</td><td data-label={labels.patches}>{integer(row.patches)}</td>
                <td data-label={labels.attention}>{operations(row.attention)}</td><td data-label={labels.plain}>{operations(row.plain)}</td><td data-label={labels.linear}>{percent(row.linear)}</td>
                <td className="muted on-page">{row.measured ? t('measurement') : t('calculation')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="small-print muted">{rich('Multiply-accumulates (MACs) of attention grow with the square of the tokens. Linear layers are the rest; theirs grow as the numbers of tokens and patches do. Patches are measured where a pack of this site has that size; the others are computed for this pack’s P_avg, and no model was trained for them. Costs are those of this pack’s model. The paper measured two sizes on ImageNet: 142 patches for 256 tokens, and 280 for 576; the tokens grew 2.25 times, the patches 1.97 times.')}</p>
    </details>
  );
}
