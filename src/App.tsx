import { useStore } from 'zustand';
import { t } from './text/t.ts';
import { TopBar } from './views/bar/TopBar.tsx';
import { useStudio } from './views/context.ts';
import { focusMain } from './ui/handFocus.ts';
import { late } from './ui/late.tsx';
import { Notices } from './views/notices/Notices.tsx';
import { ROUTES } from './views/routes.tsx';

const Around = late(() => import('./views/Around.tsx'));

export function App() {
  const { views } = useStudio().address;
  const { view } = useStore(views);
  const View = ROUTES[view];
  return (
    <div className="app">
      <button type="button" className="skip" onClick={() => focusMain()}>{t('Skip to content')}</button>
      <TopBar />
      <Notices />
      <View />
      <Around />
    </div>
  );
}
