import { useState } from 'react';
import { useStore } from 'zustand';
import { keep, readKept } from '../lib/kept.ts';
import { useBatch, useStudio } from './context.ts';
import { Launch } from './controls/Launch.tsx';
import { late } from '../ui/late.tsx';
import { Stage } from './stage/Stage.tsx';

/** The parts of the page that say what was computed come after those that show it. */
const Headline = late(() => import('./Headline.tsx'), () => <div className="headline headline-space" />);
const ArchitectureStrip = late(() => import('./architecture/ArchitectureStrip.tsx'), () => <div className="architecture-space" />);
const Strip = late(() => import('./strip/Strip.tsx'), StripSpace);
const Transport = late(() => import('./transport/Transport.tsx'), () => <div className="transport" />);
const FiguresPanel = late(() => import('./figures/FiguresPanel.tsx'), () => <aside className="figures" />);
const ContactSheet = late(() => import('./sheet/ContactSheet.tsx'));
/** Sliders are the heaviest part of the page and wanted last. */
const SettingsPanel = late(() => import('./controls/SettingsPanel.tsx'), () => <div className="settings" />);

/** What the strip will take. */
function StripSpace() {
  return <section className="strip" aria-hidden="true"><div className="strip-legend">&nbsp;</div><div className="strip-plot" /><p className="axis-title" /></section>;
}

/** Several pictures were made, or will be. */
function useContactSheet(): boolean {
  const wanted = useBatch((state) => state.count > 1);
  return useStore(useStudio().session.jobs, ({ sheet }) => sheet.list.length > 1) || wanted;
}

/** Kept once the line over the stage was closed. */
const HEADLINE_KEY = 'dpar-headline';
const isClosed = (value: string | null): value is 'closed' => value === 'closed';

/** Pick a class, press Generate, watch. */
export function GenerateView() {
  const sheet = useContactSheet();
  const [closed, setClosed] = useState(() => readKept(HEADLINE_KEY, isClosed) !== null);
  const close = () => {
    keep(HEADLINE_KEY, 'closed');
    setClosed(true);
  };
  return (
    <main className="workbench generate">
      <Launch />
      <div className="centre">
        {!closed && <Headline onClose={close} />}
        <Stage />
        {sheet && <ContactSheet />}
        <ArchitectureStrip />
        <Strip />
        <Transport />
      </div>
      <SettingsPanel />
      <FiguresPanel />
    </main>
  );
}
