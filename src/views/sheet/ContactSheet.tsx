import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { widestPass } from '../../../engine/view.ts';
import { fixed } from '../../lib/format.ts';
import type { Job } from '../../state/jobs.ts';
import { sheetPatches } from '../../state/sheetPatches.ts';
import { symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { useBatch, usePack, useRun, useStudio } from '../context.ts';
import { JobTile } from './JobTile.tsx';

/** The pictures of a batch, live; one of them is in the main view. Places are shown before they are filled. */
export default function ContactSheet() {
  const { session, showJob } = useStudio();
  const { inView, running, sheet: { list, together } } = useStore(session.jobs);
  const count = useBatch((state) => state.count);
  const shown = useRun((state) => state.header);
  const patches = usePack((state) => state.manifest?.kind !== 'gpt');
  const making = running && inView;
  const section = useRef<HTMLElement>(null);
  // Where it lies below the screen, as on a phone, it comes up as they begin.
  useEffect(() => {
    if (making) section.current?.scrollIntoView({ block: 'nearest' });
  }, [making]);
  const places = making ? list.length : Math.max(count, list.length);
  if (places < 2) return null;
  const done = list.length > 1 ? list : [];
  return (
    <section ref={section} className="sheet" aria-label={t('Contact sheet')}>
      <ol>
        {Array.from({ length: places }, (_, i) => {
          const job = done[i];
          return job
            ? <li key={i}><JobTile job={job} shown={job.header === shown} onShow={() => showJob(i)} /></li>
            : <li key={i}><span className="tile blank" aria-hidden="true" /></li>;
        })}
      </ol>
      {/* Its line is kept free before: nothing below moves when the last one is whole. */}
      <p className="small-print muted made" data-figure="made">{!making && done.length > 0 && <>{howMade(done, together)}{patches && <> {symbols(patchText(done))}</>}</>}</p>
    </section>
  );
}

/** How long the patches of all whole images are: one image says little. */
function patchText(jobs: readonly Job[]): string {
  const found = sheetPatches(jobs.map(({ run }) => run.getState()).filter(({ phase }) => phase === 'complete').map(({ events }) => events));
  if (!found) return '';
  const [mean, low, high] = [fixed(found.mean, 2), fixed(found.low, 2), fixed(found.high, 2)];
  return low === high ? t('P_avg {mean} tokens.', { mean }) : t('P_avg {mean} tokens, from {low} to {high}.', { mean, low, high });
}

/** How many at once, and how many tokens of each a pass settled. */
function howMade(jobs: readonly Job[], together: boolean): string {
  const most = Math.max(...jobs.map(({ run }) => widestPass(run.getState().events)));
  const images = together ? t('{count} images at once', { count: jobs.length }) : t('One image after the other');
  return most > 1 ? t('{images}, up to {most} tokens per pass.', { images, most }) : t('{images}, one token per pass.', { images });
}
