import { t } from '../text/t.ts';
import { Icon } from '../ui/Icon.tsx';
import { useStudio } from './context.ts';

/** Where the code of this site lies, if it was built with it (docs/hosting.md). */
const CODE: string | undefined = import.meta.env.VITE_CODE_URL;
const PAPER = 'https://arxiv.org/abs/2512.21867';

/** The idea in one line, for whoever comes here first; closed once, it stays closed. */
export default function Headline({ onClose }: { onClose: () => void }) {
  const { views } = useStudio().address;
  return (
    <aside className="headline" aria-label={t('What this is')}>
      <p>
        {t('DPAR draws a picture token by token, but runs its big transformer only once per patch of tokens that are easy to guess. Flat ground is cheap, a face is not.')}
        <button type="button" className="link" onClick={() => views.open('guide')}>{t('Guide, two minutes')}</button>
        <a href={PAPER} target="_blank" rel="noreferrer">{t('Paper')}</a>
        {CODE && <a href={CODE} target="_blank" rel="noreferrer">{t('Code')}</a>}
      </p>
      <button type="button" className="button quiet small" aria-label={t('Hide this line')} onClick={onClose}><Icon name="close" size={16} /></button>
    </aside>
  );
}
