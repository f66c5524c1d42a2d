import { useStore } from 'zustand';
import { rich } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { useWorkbench } from '../context.ts';
import { useSharedPasses } from '../sharedPasses.ts';
import { useWithoutEntropies } from '../withoutEntropies.ts';

/** What height, colour and marks mean. `patches`: tokens open patches or join them; else a bar says its height alone. */
export function StripLegend({ patches }: { patches: boolean }) {
  const { options } = useWorkbench();
  const draws = useStore(options, (state) => state.draws);
  const shared = useSharedPasses();
  const pass = shared && draws === 'passes' && <span><i className="key line" />{t('one pass')}</span>;
  const without = useWithoutEntropies();
  if (draws === 'cells' && !without) return <div className="strip-legend"><span className="axis-name">{t('Entropy, nats')}</span><span>{t('one bar per token: the taller, the harder to guess')}</span></div>;
  return (
    <div className="strip-legend">
      <span className="axis-name">{t('Entropy, nats')}</span>
      {without ? <span>{t('none: one token per patch')}</span> : !patches ? <span>{t('one token after the other, without patches')}</span> : (
        <>
          <span><i className="key" style={{ background: 'var(--surprise)' }} />{rich('opens: above E_th')}</span>
          <span><i className="key marked" style={{ background: 'var(--forced)' }} />{t('opens: start, row or full patch')}</span>
          <span><i className="key" style={{ background: 'var(--joins)' }} />{t('joins the patch')}</span>
        </>
      )}
      {pass}
    </div>
  );
}
