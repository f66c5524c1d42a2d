import { useStore } from 'zustand';
import { TopBar } from './views/bar/TopBar.tsx';
import { useStudio } from './views/context.ts';
import { useKeys } from './views/keys.ts';
import { late } from './views/late.tsx';
import { Notices } from './views/notices/Notices.tsx';
import { ROUTES } from './views/routes.tsx';
import { Toast } from './views/toast/Toast.tsx';

const LiveRegion = late(() => import('./views/notices/LiveRegion.tsx'));

export function App() {
  useKeys();
  const { views } = useStudio().address;
  const { view } = useStore(views);
  const View = ROUTES[view];
  return (
    <div className="app">
      <TopBar />
      <LiveRegion />
      <Notices />
      <View />
      <Toast />
    </div>
  );
}
