import { CODE, PAPER } from '../lib/links.ts';
import { STEPS } from '../state/guide/steps.ts';
import { t } from '../text/t.ts';
import { handFocus } from '../ui/handFocus.ts';
import { Icon } from '../ui/Icon.tsx';
import { useStudio } from './context.ts';

/** The idea in one line, for whoever comes here first; closed once, it stays closed. */
export default function Headline({ onClose }: { onClose: () => void }) {
  const { views } = useStudio().address;
  return (
    <aside className="headline" aria-label={t('What this is')}>
      <p>
        {t('DPAR merges easily guessed tokens into patches and runs its big patch transformer once per patch. A plain background is cheap; a face is not.')}{' '}
        <button type="button" className="link" onClick={(event) => { handFocus(event, '[data-view="guide"]'); views.open('guide'); }}>{t('Guide in {n} steps', { n: STEPS.length })}</button>
        <a href={PAPER} target="_blank" rel="noreferrer">{t('Paper')}</a>
        {CODE && <a href={CODE} target="_blank" rel="noreferrer">{t('Code')}</a>}
      </p>
      <button type="button" className="button quiet small" aria-label={t('Hide this line')} onClick={(event) => { handFocus(event, '.stage-options button, .strip-plot', '.centre'); onClose(); }}><Icon name="close" size={16} /></button>
    </aside>
  );
}
