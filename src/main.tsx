import { Fragment, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useStore } from 'zustand';
import { App } from './App.tsx';
import { readEmbedParams } from './embed/params.ts';
import { createHistory } from './history/history.ts';
import { recordRuns } from './history/record.ts';
import { InferenceClient } from './inference/client.ts';
import { isForeign } from './lib/foreignError.ts';
import { watchForeignChanges } from './lib/foreignDom.ts';
import { reducedMotion } from './lib/reducedMotion.ts';
import { createLanguage } from './state/language.ts';
import { createOptions } from './state/options.ts';
import { createStudio, type StudioDeps } from './state/studio.ts';
import type { Visits } from './state/visits.ts';
import { createTheme } from './state/theme.ts';
import { WorkbenchContext } from './views/context.ts';
import { createFrameLoop } from './views/frame.ts';
import { late, OnPartMissing } from './ui/late.tsx';
import { ErrorBoundary } from './views/notices/ErrorBoundary.tsx';
import './styles/index.css';

const EmbedApp = late(() => import('./embed/EmbedApp.tsx'));
const embed = readEmbedParams(location.search);
const connection = (navigator as Navigator & { connection?: { saveData?: boolean; type?: string } }).connection;

/** Not in an embedded view: Back belongs to the page around it. */
let visits: Visits | null = null;

const deps: StudioDeps = {
  client: (options) => new InferenceClient(options),
  base: document.baseURI,
  hash: () => location.hash,
  replaceHash: (hash) => window.history.replaceState(window.history.state, '', hash),
  visit: (from, to, way) => (visits ? visits.visit(from, to, way) : deps.replaceHash(to)),
  reducedMotion: () => embed?.autoplay === false || reducedMotion(),
  // A page around an embedded view does not decide over someone's download.
  metered: () => embed?.run === 'click' || connection?.saveData === true || connection?.type === 'cellular',
  spareGpu: async () => (navigator.maxTouchPoints > 1 ? (await import('./device/spareGpu.ts')).spareGpu(navigator) : null),
  now: () => performance.now(),
  reload: () => location.reload(),
};
const studio = createStudio(deps);
const history = createHistory(async () => (await import('./history/db.ts')).openHistoryDb());
const workbench = { studio, deps, view: studio.view, generateWithThis: studio.generateWithThis, frame: createFrameLoop(studio.settings, studio.view), options: createOptions(), theme: createTheme(), history, language: createLanguage(embed?.language), stageRef: { current: null } };
if (embed) {
  workbench.options.setState({ stage: embed.stage });
  if (embed.theme) workbench.theme.setState({ theme: embed.theme, chosen: true });
  void import('./embed/events.ts').then(({ reportEvents, toParent }) => {
    const send = toParent(window);
    if (send) reportEvents(studio.view, studio.notices, send);
  });
} else {
  recordRuns(studio.session.jobs, history, studio.reportUnexpected);
  void import('./state/visits.ts').then(({ watchBrowser }) => { visits = watchBrowser(window, () => studio.address.arrive(studio.view.run.getState())); }).catch(() => undefined);
  void import('./share/listenForFiles.ts').then(({ listenForFiles }) => listenForFiles(studio)).catch(() => undefined);
  void import('./offline/keepOffline.ts').then(({ keepOffline }) => keepOffline(studio)).catch(() => undefined); // online only, then
}

const report = (error: unknown, file?: string) => {
  if (!isForeign(error, file, location.href)) studio.reportUnexpected(error);
};
window.addEventListener('unhandledrejection', (event) => report(event.reason));
window.addEventListener('error', (event) => report(event.error, event.filename));
// A link pasted into this tab's address bar opens like any other; a run's own address is set without this event.
window.addEventListener('hashchange', () => {
  if (visits?.own()) return;
  visits?.opened(location.hash);
  void studio.reopen();
});

/** Everything is drawn anew in another language; what is shown lives in the stores. */
function Page() {
  const { language } = useStore(workbench.language);
  return <Fragment key={language}>{embed ? <EmbedApp /> : <App />}</Fragment>;
}

watchForeignChanges(document.body);
void workbench.language.start().then(() => createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary>
      <OnPartMissing value={(error) => studio.reportUnexpected(error)}>
        <WorkbenchContext value={workbench}><Page /></WorkbenchContext>
      </OnPartMissing>
    </ErrorBoundary>
  </StrictMode>,
));
void studio.open();
