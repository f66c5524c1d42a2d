import { useStore } from 'zustand';
import { useBatch, useStudio } from './context.ts';
import { Launch } from './controls/Launch.tsx';
import { Headline } from './Headline.tsx';
import { late } from './late.tsx';
import { Stage } from './stage/Stage.tsx';
import { Strip } from './strip/Strip.tsx';

/** The parts of the page that say what was computed come after those that show it. */
const ArchitectureStrip = late(() => import('./architecture/ArchitectureStrip.tsx'), () => <div className="architecture-space" />);
const Transport = late(() => import('./transport/Transport.tsx'), () => <div className="transport" />);
const FiguresPanel = late(() => import('./figures/FiguresPanel.tsx'), () => <aside className="figures" />);
const ContactSheet = late(() => import('./sheet/ContactSheet.tsx'));
/** Sliders are the heaviest part of the page and wanted last. */
const SettingsPanel = late(() => import('./controls/SettingsPanel.tsx'), () => <div className="settings" />);

/** Several pictures were made, or will be. */
function useSheet(): boolean {
  const wanted = useBatch((state) => state.count > 1);
  return useStore(useStudio().session.jobs, (state) => state.list.length > 1) || wanted;
}

/** Pick a class, press Generate, watch. */
export function GenerateView() {
  const sheet = useSheet();
  return (
    <main className="workbench">
      <div className="centre">
        <Headline />
        <Stage />
        <ArchitectureStrip />
        <Strip />
        <Transport />
        {sheet && <ContactSheet />}
      </div>
      <Launch />
      <SettingsPanel />
      <FiguresPanel />
    </main>
  );
}
