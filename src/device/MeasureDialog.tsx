import { useEffect, useRef, useState } from 'react';
import type { MeasureProgress, Way } from '../../workers/messages.ts';
import { megabytes } from '../lib/format.ts';
import { CopyButton } from '../share/CopyButton.tsx';
import { symbols } from '../text/rich.tsx';
import { named, translated, t } from '../text/t.ts';
import { useDeviceBusy, usePack } from '../views/context.ts';
import { findBaseline, type Baseline } from './baseline.ts';
import { toJson, type DeviceReport } from './report.ts';
import { BACKENDS, factsOf, tablesOf, toMarkdown } from './tables.ts';
import { useMeasuring } from './useMeasuring.ts';
import './device.css';

/** Measures how fast this device decodes, in every way, and gives a report to copy. */
export default function MeasureDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { measuring, start, cancel } = useMeasuring();
  /** A guest of Compare may have begun a run since the dialog was opened. */
  const busy = useDeviceBusy() && measuring.state !== 'running';
  const manifest = usePack((state) => state.manifest);
  const report = usePack((state) => state.report);
  const [baseline, setBaseline] = useState<Baseline | null>(null);
  const [withBaseline, setWithBaseline] = useState(false);

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let here = true;
    if (manifest) void findBaseline(manifest, document.baseURI).then((found) => here && setBaseline(found));
    return () => { here = false; };
  }, [manifest]);

  const gpu = report?.trials.some(({ backend }) => backend === 'webgpu') || report?.adapter;
  const again = () => {
    if (!busy) void start(withBaseline ? baseline : null);
  };
  return (
    <dialog ref={dialog} className="dialog device" aria-labelledby="device-title" onClose={onClose}>
      <h2 id="device-title" className="heading">{t('Measure this device')}</h2>
      {measuring.state !== 'done' && manifest && (
        <p>
          {t('Generates pictures with {pack}, with dynamic patches and with one token per patch, and reports the speed of each, one token per pass.', { pack: named(manifest.title) })}{' '}
          <span className="muted">{t('It takes about a minute. Nothing is sent anywhere; you can copy the report.')}</span>
        </p>
      )}
      {measuring.state === 'idle' && (
        <>
          {!gpu && 'gpu' in navigator && <p className="muted">{t('To measure WebGPU too, load the model with the backend Auto or WebGPU first.')}</p>}
          {baseline && (
            <label className="device-choice">
              <input type="checkbox" checked={withBaseline} onChange={(event) => setWithBaseline(event.target.checked)} />
              <span>{t('Compare with {pack}', { pack: named(baseline.title) })} <span className="muted">{t('({size} to download, unless already stored)', { size: megabytes(baseline.bytes) })}</span></span>
            </label>
          )}
        </>
      )}
      {measuring.state === 'running' && <Progress progress={measuring.progress} />}
      {measuring.state === 'done' && <Report report={measuring.report} />}
      <p className="device-status" role="status">{measuring.state === 'idle' ? translated(measuring.failed) : measuring.state === 'done' ? t('Measured.') : ''}</p>
      <div className="device-buttons">
        {measuring.state === 'done' && (
          <>
            <CopyButton text={toMarkdown(measuring.report)}>{t('Copy as Markdown')}</CopyButton>
            <CopyButton text={toJson(measuring.report)}>{t('Copy as JSON')}</CopyButton>
          </>
        )}
        {/* One button throughout: the focus stays on it. */}
        <button type="button" className={measuring.state === 'idle' ? 'button strong' : 'button'} aria-disabled={busy} onClick={measuring.state === 'running' ? cancel : again}>
          {{ idle: t('Start'), running: t('Cancel'), done: t('Measure again') }[measuring.state]}
        </button>
        {measuring.state !== 'running' && <button type="button" className="button" onClick={() => dialog.current?.close()}>{t('Close')}</button>}
      </div>
    </dialog>
  );
}

/** As the page says them; the report is in English. */
const WAYS: Record<Way, () => string> = { dynamic: () => t('dynamic patches'), static: () => t('static patches'), single: () => t('one token per patch'), gpt: () => t('plain transformer') };

function whatRuns(progress: MeasureProgress | null): string {
  if (!progress) return t('Preparing');
  if (progress.stage === 'download') return t('Downloading {pack}: {done} of {all}', { pack: named(progress.title), done: megabytes(progress.loaded), all: megabytes(progress.total) });
  const names = { backend: BACKENDS[progress.backend], way: WAYS[progress.way]() };
  if (progress.image === 0) return t('{backend}, {way}, warming up', names);
  return t('{backend}, {way}, picture {n} of {all}', { ...names, n: progress.image, all: progress.of });
}

function Progress({ progress }: { progress: MeasureProgress | null }) {
  return (
    <div className="device-progress">
      <progress aria-label={t('Progress of the measurement')} max={1} value={progress?.done ?? 0} />
      <p>{whatRuns(progress)}</p>
    </div>
  );
}

function Report({ report }: { report: DeviceReport }) {
  return (
    <div className="device-report" lang="en">
      {tablesOf(report).map(({ title, columns, rows }) => (
        <section key={title}>
          <h3>{title}</h3>
          <div className="device-table" tabIndex={0} role="region" aria-label={title}><table aria-label={title}>
            <thead><tr>{columns.map((name) => <th key={name} scope="col">{symbols(name)}</th>)}</tr></thead>
            <tbody>{rows.map((cells, i) => <tr key={i}>{cells.map((text, j) => (j === 0 ? <th key={j} scope="row">{symbols(text)}</th> : <td key={j}>{text}</td>))}</tr>)}</tbody>
          </table></div>
        </section>
      ))}
      <dl className="facts">{factsOf(report).map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>
    </div>
  );
}
