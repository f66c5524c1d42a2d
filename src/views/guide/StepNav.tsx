import { STEPS } from '../../state/guide/steps.ts';
import { t } from '../../text/t.ts';

interface Props {
  step: number;
  titles: readonly string[];
  onStep: (step: number) => void;
}

/** The way on and back at the end of a step that is longer than the screen. */
export function StepEnd({ step, titles, onStep }: Props) {
  const move = (to: number, label: string, name: string, look: string) => to >= 1 && to <= STEPS.length
    && <button type="button" className={look} aria-label={name} onClick={() => onStep(to)}>{label}</button>;
  return (
    <nav className="step-moves step-end" aria-label={t('Previous and next step')}>
      {move(step - 1, t('Previous'), t('Previous: {title}', { title: titles[step - 2] ?? '' }), 'button')}
      {move(step + 1, t('Next'), t('Next: {title}', { title: titles[step] ?? '' }), 'button strong')}
    </nav>
  );
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
