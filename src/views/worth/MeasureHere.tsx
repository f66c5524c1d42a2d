import { useStore } from 'zustand';
import { variantBytes } from '../../../engine/manifest-files.ts';
import type { Manifest } from '../../../engine/manifest.ts';
import { fixed, megabytes, percentDone, seconds } from '../../lib/format.ts';
import type { TimesHere, WorthTimes } from '../../state/worthTimes.ts';
import { named, translated, t } from '../../text/t.ts';
import { backendName } from '../bar/loadText.ts';

interface Props {
  times: WorthTimes;
  here: TimesHere | null;
  ready: boolean;
  /** A run is under way. */
  busy: boolean;
  plain: Manifest | null;
  /** The title of the pack that has to be opened first, where another is. */
  other: string | null;
}

/** Measures the three methods on this device, or says what came out. Times of other devices are never shown beside these. */
export function MeasureHere({ times, here, ready, busy, plain, other }: Props) {
  const { running, failure } = useStore(times);
  const progress = running?.progress ?? null;
  const share = progress?.done ?? 0;
  return (
    <div className="worth-measure">
      {running && <progress max={1} value={share} aria-label={t('Progress of the measurement')} />}
      {running && <span className="muted">{progress?.stage === 'download' ? t('Downloading {pack}: {done} of {all}', { pack: named(progress.title), done: megabytes(progress.loaded), all: megabytes(progress.total) }) : t('Measuring on this device, {share}', { share: percentDone(share) })}</span>}
      {/* One button for both: the focus stays on it. */}
      <button type="button" className="button" disabled={!running && (!ready || busy)} onClick={() => (running ? times.cancel() : void times.measure(plain))}>
        {running ? t('Cancel') : here ? t('Measure again') : t('Measure the time on this device')}
      </button>
      {!running && !ready && <span className="muted">{other !== null ? t('Open {pack} to measure its time.', { pack: other }) : t('Load this pack first to measure its time.')}</span>}
      {!running && ready && !here && <span className="muted">{plain ? t('Three images of each, about a minute. The plain transformer is {size} to download, unless already stored.', { size: megabytes(variantBytes(plain, plain.defaultVariant.wasm)) }) : t('Three images of each, about a minute.')}</span>}
      {!running && here && <span data-worth="time">{sentence(here)}</span>}
      {failure && <span className="field-error" role="status">{translated(failure)}</span>}
    </div>
  );
}

function sentence({ backend, ways: { dynamic, plain } }: TimesHere): string {
  if (!dynamic) return '';
  const name = backendName(backend);
  if (!plain) return t('On this device ({backend}) an image takes {time} with dynamic patches, one token per pass.', { backend: name, time: seconds(dynamic.ms) });
  const words = { backend: name, time: seconds(dynamic.ms), other: seconds(plain.ms), times: fixed(dynamic.ms / plain.ms, 2) };
  return t('On this device ({backend}) an image takes {time} with dynamic patches and {other} with the plain transformer, one token per pass: × {times}.', words);
}
