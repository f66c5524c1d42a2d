import { useStore } from 'zustand';
import { t } from './text/t.ts';
import { TopBar } from './views/bar/TopBar.tsx';
import { useStudio } from './views/context.ts';
import { useKeys } from './views/keys.ts';
import { late } from './views/late.tsx';
import { Notices } from './views/notices/Notices.tsx';
import { ROUTES } from './views/routes.tsx';

function toMain() {
  const main = document.querySelector('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus();
}

const Toast = late(() => import('./views/toast/Toast.tsx'));
const LiveRegion = late(() => import('./views/notices/LiveRegion.tsx'));

export function App() {
  useKeys();
  const { views } = useStudio().address;
  const { view } = useStore(views);
  const View = ROUTES[view];
  return (
    <div className="app">
      <button type="button" className="skip" onClick={toMain}>{t('Skip to content')}</button>
      <TopBar />
      <LiveRegion />
      <Notices />
      <View />
      <Toast />
    </div>
  );
}
