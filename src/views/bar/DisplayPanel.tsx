import { useStore } from 'zustand';
import type { MapName } from '../../lib/colourMap.ts';
import { LANGUAGES, languages, type Language } from '../../state/language.ts';
import type { Theme } from '../../state/theme.ts';
import { t } from '../../text/t.ts';
import { Toggle } from '../../ui/Toggle.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { useWorkbench } from '../context.ts';

/** Theme, colours of the entropy map, language: each is kept in this browser. */
export default function DisplayPanel() {
  const { theme, language, options } = useWorkbench();
  const contrast = useStore(options, (state) => state.contrast);
  const now = useStore(theme);
  const wanted = useStore(language, (state) => state.wanted);
  const speak = async (chosen: Language) => {
    if (!(await language.choose(chosen))) return;
    // The page is drawn anew: the keyboard goes on where it was.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.button.display')?.focus());
  };
  return (
    <>
      <h2 className="heading">{t('Theme')}</h2>
      <Segmented
        label={t('Theme')} value={now.chosen ? now.theme : 'system'}
        options={[{ value: 'light', label: t('Light') }, { value: 'dark', label: t('Dark') }, { value: 'system', label: t('System') }]}
        onChange={(value: Theme | 'system') => theme.choose(value === 'system' ? null : value)}
      />
      <h2 className="heading">{t('Colours of the entropy map')}</h2>
      <Segmented
        label={t('Colours of the entropy map')} value={now.map}
        options={[{ value: 'threshold', label: t('By threshold') }, { value: 'viridis', label: 'Viridis' }, { value: 'cividis', label: 'Cividis' }, { value: 'grey', label: t('Grey') }]}
        onChange={(map: MapName) => theme.chooseMap(map)}
      />
      <p className="muted">{t('All are safe for colour-blind readers.')}</p>
      <Toggle label={t('More contrast in pictures')} checked={contrast} onChange={(value) => options.setState({ contrast: value })} />
      <p className="muted">{t('Only as shown here; saved pictures and figures stay as they are.')}</p>
      <h2 className="heading">{t('Language')}</h2>
      <Segmented label={t('Language')} value={wanted} options={languages.map((value) => ({ value, label: LANGUAGES[value] }))} onChange={(chosen) => void speak(chosen)} />
    </>
  );
}
