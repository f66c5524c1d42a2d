import { Launch } from './controls/Launch.tsx';
import { FiguresPanel } from './figures/FiguresPanel.tsx';
import { late } from './late.tsx';
import { ContactSheet } from './sheet/ContactSheet.tsx';
import { Stage } from './stage/Stage.tsx';
import { Strip } from './strip/Strip.tsx';
import { Transport } from './transport/Transport.tsx';

/** Sliders are the heaviest part of the page and wanted last. */
const SettingsPanel = late(() => import('./controls/SettingsPanel.tsx'), () => <div className="settings" />);

/** Pick a class, press Generate, watch. */
export function GenerateView() {
  return (
    <main className="workbench">
      <div className="centre">
        <Stage />
        <Strip />
        <Transport />
        <ContactSheet />
      </div>
      <Launch />
      <SettingsPanel />
      <FiguresPanel />
    </main>
  );
}
