import { useStore } from 'zustand';
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
      <View />
      <Toast />
    </div>
  );
}
