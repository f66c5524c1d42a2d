import { STEPS } from '../../state/guide/steps.ts';
import { t } from '../../text/t.ts';

interface Props {
  step: number;
  titles: readonly string[];
  onStep: (step: number) => void;
}

/** The steps by number, and the way on and back. */
export function StepNav({ step, titles, onStep }: Props) {
  const last = STEPS.length;
  return (
    <nav className="step-nav" aria-label={t('Steps of the guide')}>
      <ol>
        {titles.map((title, i) => (
          <li key={title}>
            <button type="button" className="step-dot" aria-label={t('Step {n}: {title}', { n: i + 1, title })} title={title} aria-current={step === i + 1 ? 'step' : undefined} onClick={() => onStep(i + 1)}>{i + 1}</button>
          </li>
        ))}
      </ol>
      <div className="step-moves">
        <button type="button" className="button" disabled={step === 1} onClick={() => onStep(step - 1)} title={t('Shift + ←')}>{t('Previous')}</button>
        <button type="button" className={step < last ? 'button strong' : 'button'} disabled={step === last} onClick={() => onStep(step + 1)} title={t('Shift + →')}>{t('Next')}</button>
      </div>
    </nav>
  );
}
