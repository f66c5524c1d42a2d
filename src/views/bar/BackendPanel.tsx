import type { BackendTrial } from '../../inference/client.ts';
import { fixed, megabytes, milliseconds } from '../../lib/format.ts';
import type { BackendChoice, PackState } from '../../state/pack.ts';
import { translated, t } from '../../text/t.ts';
import { MeasureButton } from '../../device/MeasureButton.tsx';
import { ThreadsChoice } from '../../offline/ThreadsChoice.tsx';
import { GoingButton } from '../../ui/GoingButton.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { useMaking, usePack, useStudio } from '../context.ts';
import { Weights } from './Weights.tsx';
import { backendName, stageText } from './loadText.ts';

const CHOICES = [
  { value: 'auto', label: 'Auto' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'wasm', label: 'WASM' },
] as const;

/** The backend that is chosen: where the focus goes on. */
const CHOICE = { to: '[role="radio"][aria-checked="true"]', within: '.popover' };

/** Backend and weights in use, what the self-test found, and a way to choose otherwise. */
export default function BackendPanel() {
  const studio = useStudio();
  const model = usePack((state) => state.model);
  const progress = usePack((state) => state.progress);
  const report = usePack((state) => state.report);
  const problem = usePack((state) => state.problem);
  const choice = usePack((state) => state.choice);
  const running = useMaking();
  return (
    <>
      <h2 className="heading">{t('Runs on')}</h2>
      <Segmented label={t('Backend')} value={choice} options={CHOICES} onChange={(value: BackendChoice) => !running && void studio.session.chooseBackend(value)} />
      <Weights disabled={running} />
      {running && <p className="muted">{t('Can be changed when the run has ended.')}</p>}
      {progress && <p>{stageText(progress)}</p>}
      {model === 'loading' && <GoingButton {...CHOICE} className="button" onClick={() => studio.session.cancelLoad()}>{t('Cancel')}</GoingButton>}
      {problem && <p className="field-error">{translated(problem.message)} {translated(problem.detail)}</p>}
      {report && <Report report={report} />}
      <ThreadsChoice />
      <MeasureButton />
      {(model === 'failed' || model === 'asking') && (
        <GoingButton {...CHOICE} className="button" onClick={() => void studio.session.load()}>{model === 'failed' ? t('Try again') : t('Load the model')}</GoingButton>
      )}
    </>
  );
}

/** Where recorded kernels are in use, what they save. */
const recorded = ({ capture }: BackendTrial): string => (capture?.used ? t(' with recorded kernels, {time} without', { time: milliseconds(capture.withoutMs) }) : '');

function Report({ report }: { report: NonNullable<PackState['report']> }) {
  const { bytes, trials, adapter, ms } = report;
  return (
    <dl className="facts">
      {trials.map((trial) => (
        <div key={trial.backend}>
          <dt>{backendName(trial.backend)}</dt>
          <dd>{trial.msPerToken === null ? trial.reason ? translated(trial.reason) : t('not tried') : `${t('{time} per token', { time: milliseconds(trial.msPerToken) })}${recorded(trial)}${trial.reason ? `; ${translated(trial.reason)}` : ''}`}</dd>
        </div>
      ))}
      {adapter && <div><dt>GPU</dt><dd>{adapter}</dd></div>}
      <div><dt>{t('Loaded')}</dt><dd>{t('{size} in {seconds} s', { size: megabytes(bytes.total), seconds: fixed(ms / 1000, 1) })}{bytes.fromCache > 0 ? t(', {size} of it from the cache', { size: megabytes(bytes.fromCache) }) : ''}</dd></div>
    </dl>
  );
}
