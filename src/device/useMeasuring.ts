import { together, type Phrase } from '../../engine/phrase.ts';
import { useEffect, useRef, useState } from 'react';
import type { MeasureProgress } from '../../workers/messages.ts';
import { measureAlone } from '../state/measureAlone.ts';
import { useStudio } from '../views/context.ts';
import type { Baseline } from './baseline.ts';
import { describeBrowser, type NavigatorFacts } from './browser.ts';
import { loadTimes } from './loads.ts';
import { deviceReport, type DeviceFacts, type DeviceReport } from './report.ts';

export type Measuring =
  | { state: 'idle'; failed: Phrase | null }
  | { state: 'running'; progress: MeasureProgress | null }
  | { state: 'done'; report: DeviceReport };

function facts(): DeviceFacts {
  const about: NavigatorFacts = navigator;
  return { ...describeBrowser(about), cores: about.hardwareConcurrency ?? null, crossOriginIsolated };
}

/** One measuring at a time on the loaded model; it ends with the component. */
export function useMeasuring() {
  const studio = useStudio();
  const [measuring, setMeasuring] = useState<Measuring>({ state: 'idle', failed: null });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const start = async (baseline: Baseline | null) => {
    const mine = abort.current = new AbortController();
    const { report } = studio.session.pack.getState();
    const client = studio.session.client();
    if (!client || !report) return;
    setMeasuring({ state: 'running', progress: null });
    const result = await measureAlone(studio.session, {
      client, abort: mine, free: studio.view.edit.ask,
      request: { ...(baseline && { baseline: { manifestUrl: baseline.manifestUrl } }) },
      onProgress: (progress) => abort.current === mine && setMeasuring({ state: 'running', progress }),
    });
    if (abort.current !== mine) return;
    setMeasuring(result.ok
      ? { state: 'done', report: deviceReport(facts(), report, result.value, loadTimes(report), new Date()) }
      : { state: 'idle', failed: result.detail && result.code !== 'aborted' ? together([result.message, result.detail]) : result.message });
  };
  return { measuring, start, cancel: () => abort.current?.abort() };
}
