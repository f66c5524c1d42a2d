import { TopBar } from './views/bar/TopBar.tsx';
import { Launch } from './views/controls/Launch.tsx';
import { SettingsPanel } from './views/controls/SettingsPanel.tsx';
import { FiguresPanel } from './views/figures/FiguresPanel.tsx';
import { useKeys } from './views/keys.ts';
import { LiveRegion } from './views/notices/LiveRegion.tsx';
import { Notices } from './views/notices/Notices.tsx';
import { Stage } from './views/stage/Stage.tsx';
import { Strip } from './views/strip/Strip.tsx';
import { Transport } from './views/transport/Transport.tsx';

export function App() {
  useKeys();
  return (
    <div className="app">
      <TopBar />
      <LiveRegion />
      <Notices />
      <main className="workbench">
        <div className="centre">
          <Stage />
          <Strip />
          <Transport />
        </div>
        <Launch />
        <SettingsPanel />
        <FiguresPanel />
      </main>
    </div>
  );
}
