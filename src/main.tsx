import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { InferenceClient } from './inference/client.ts';
import { createOptions } from './state/options.ts';
import { createStudio } from './state/studio.ts';
import { createTheme } from './state/theme.ts';
import { WorkbenchContext } from './views/context.ts';
import { createFrameLoop } from './views/frame.ts';
import { ErrorBoundary } from './views/notices/ErrorBoundary.tsx';
import './styles/index.css';

const connection = (navigator as Navigator & { connection?: { saveData?: boolean; type?: string } }).connection;

const studio = createStudio({
  client: () => new InferenceClient(),
  base: document.baseURI,
  hash: () => location.hash,
  replaceHash: (hash) => history.replaceState(null, '', hash),
  reducedMotion: () => matchMedia('(prefers-reduced-motion: reduce)').matches,
  metered: () => connection?.saveData === true || connection?.type === 'cellular',
  now: () => performance.now(),
});
const workbench = { studio, frame: createFrameLoop(studio), options: createOptions(), theme: createTheme() };

window.addEventListener('unhandledrejection', (event) => studio.reportUnexpected(event.reason));
window.addEventListener('error', (event) => event.error && studio.reportUnexpected(event.error));
// A link pasted into this tab's address bar opens like any other; a run's own address is set without this event.
window.addEventListener('hashchange', () => void studio.reopen());

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary>
      <WorkbenchContext value={workbench}>
        <App />
      </WorkbenchContext>
    </ErrorBoundary>
  </StrictMode>,
);
void studio.open();
