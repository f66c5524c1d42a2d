import { percentDone } from '../../lib/format.ts';
import type { PackState } from '../../state/pack.ts';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { usePack } from '../context.ts';
import { late, Opening } from '../../ui/late.tsx';
import { backendName, loadShare, stageText } from './loadText.ts';

const load = () => import('./BackendPanel.tsx');
const BackendPanel = late(load, Opening);

/** Where the model runs, how far its download is, and a way to choose otherwise. */
export function BackendMenu() {
  const model = usePack((state) => state.model);
  const progress = usePack((state) => state.progress);
  const report = usePack((state) => state.report);
  return (
    <Popover
      load={load} className="button status-chip" label={t('Where the model runs')} data-model={model}
      face={(
        <>
          <i className={`dot ${model}`} aria-hidden="true" />
          <span className="status-text"><StatusText model={model} progress={progress} report={report} /></span>
          <span className="caret optional"><Icon name="caret" size={14} /></span>
          {model === 'loading' && <span className="status-progress" style={{ transform: `scaleX(${loadShare(progress)})` }} aria-hidden="true" />}
        </>
      )}
    >
      <BackendPanel />
    </Popover>
  );
}

function StatusText({ model, progress, report }: Pick<PackState, 'model' | 'progress' | 'report'>) {
  if (model === 'ready' && report) return backendName(report.backend);
  if (model === 'loading') {
    const share = percentDone(loadShare(progress));
    return <><span className="optional">{progress ? stageText(progress, true) : t('Loading')}</span><span className="narrow-only">{share}</span></>;
  }
  return t(({ idle: 'Opening', asking: 'Not loaded', failed: 'Not loaded', ready: 'Ready' } as const)[model]);
}
