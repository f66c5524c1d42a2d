import { t } from '../../text/t.ts';
import { useHandFocus } from '../../ui/handFocus.ts';
import { Presets } from './Presets.tsx';
import type { CompareSession } from './session.ts';

/** In place of run B and of what differs, until there is a B. */
export function FirstChoice({ session }: { session: CompareSession }) {
  // With the first B its presets go, to stand beside the choice of runs.
  const choice = useHandFocus<HTMLElement>('.compare-choice .presets .button', 'main');
  return (
    <section ref={choice} className="first-choice" aria-labelledby="first-choice">
      <h2 id="first-choice">{t('Choose what to compare with')}</h2>
      <p className="muted">{t('Run B takes the class and seed of A, generated another way. Or choose a run as B above.')}</p>
      <Presets session={session} />
    </section>
  );
}
