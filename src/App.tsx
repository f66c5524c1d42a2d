import { Suspense } from 'react';
import { useStore } from 'zustand';
import { t } from './text/t.ts';
import { TopBar } from './views/bar/TopBar.tsx';
import { useStudio } from './views/context.ts';
import { useKeys } from './views/keys.ts';
import { LiveRegion } from './views/notices/LiveRegion.tsx';
import { Notices } from './views/notices/Notices.tsx';
import { ROUTES } from './views/routes.tsx';
import { Toast } from './views/toast/Toast.tsx';

export function App() {
  useKeys();
  const { views } = useStudio();
  const { view } = useStore(views);
  const View = ROUTES[view];
  return (
    <div className="app">
      <TopBar />
      <LiveRegion />
      <Notices />
      <Suspense fallback={<main className="workbench"><p className="boot">{t('Opening…')}</p></main>}><View /></Suspense>
      <Toast />
    </div>
  );
}
