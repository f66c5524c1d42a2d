import { Popover } from 'radix-ui';
import { megabytes, milliseconds } from '../../lib/format.ts';
import type { BackendChoice, PackState } from '../../state/pack.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { usePack, useRun, useStudio } from '../context.ts';
import { backendName, loadShare, stageText } from './loadText.ts';

const CHOICES = [
  { value: 'auto', label: 'Auto' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'wasm', label: 'WASM' },
] as const;

/** Where the model runs, how far its download is, and a way to choose otherwise. */
export function BackendMenu() {
  const studio = useStudio();
  const model = usePack((state) => state.model);
  const progress = usePack((state) => state.progress);
  const report = usePack((state) => state.report);
  const problem = usePack((state) => state.problem);
  const choice = usePack((state) => state.choice);
  const running = useRun((state) => state.phase === 'running');
  return (
    <Popover.Root>
      <Popover.Trigger className="button status-chip" data-model={model}>
        <i className={`dot ${model}`} aria-hidden="true" />
        <span className="status-text"><StatusText model={model} progress={progress} report={report} /></span>
        {model === 'loading' && <span className="status-progress" style={{ transform: `scaleX(${loadShare(progress)})` }} aria-hidden="true" />}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" align="end" sideOffset={8} aria-label="Where the model runs">
          <h2 className="heading">Runs on</h2>
          <Segmented label="Backend" value={choice} options={CHOICES} onChange={(value: BackendChoice) => !running && void studio.loadModel(value)} />
          {running && <p className="muted">Can be changed when the run has ended.</p>}
          {progress && <p>{stageText(progress)}</p>}
          {problem && <p className="field-error">{problem.message} {problem.detail}</p>}
          {report && <Report report={report} />}
          {(model === 'failed' || model === 'asking') && (
            <button type="button" className="button" onClick={() => void studio.loadModel()}>{model === 'failed' ? 'Try again' : 'Load the model'}</button>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function StatusText({ model, progress, report }: Pick<PackState, 'model' | 'progress' | 'report'>) {
  if (model === 'ready' && report) return backendName(report.backend);
  if (model === 'loading') {
    const percent = `${Math.round(100 * loadShare(progress))} %`;
    return <><span className="optional">{progress ? stageText(progress, true) : 'Loading'}</span><span className="narrow-only">{percent}</span></>;
  }
  return { idle: 'Opening', asking: 'Not loaded', failed: 'Not loaded', ready: 'Ready', loading: 'Loading' }[model];
}

function Report({ report }: { report: NonNullable<PackState['report']> }) {
  const { bytes, trials, adapter, ms } = report;
  return (
    <dl className="facts">
      {trials.map((trial) => (
        <div key={trial.backend}>
          <dt>{backendName(trial.backend)}</dt>
          <dd>{trial.msPerToken === null ? trial.reason ?? 'not tried' : `${milliseconds(trial.msPerToken)} a token${trial.reason ? `; ${trial.reason}` : ''}`}</dd>
        </div>
      ))}
      {adapter && <div><dt>GPU</dt><dd>{adapter}</dd></div>}
      <div><dt>Loaded</dt><dd>{megabytes(bytes.total)} in {(ms / 1000).toFixed(1)} s{bytes.fromCache > 0 ? `, ${megabytes(bytes.fromCache)} of it from the cache` : ''}</dd></div>
    </dl>
  );
}
