import { useStore } from 'zustand';
import { widestPass } from '../../../engine/view.ts';
import type { Job } from '../../state/jobs.ts';
import { t } from '../../text/t.ts';
import { useBatch, useRun, useStudio } from '../context.ts';
import { JobTile } from './JobTile.tsx';

/** The pictures of a batch, live; one of them is in the main view. Places are shown before they are filled. */
export default function ContactSheet() {
  const { session, showJob } = useStudio();
  const { inView, running, sheet: { list, together } } = useStore(session.jobs);
  const count = useBatch((state) => state.count);
  const shown = useRun((state) => state.header);
  const making = running && inView;
  const places = making ? list.length : Math.max(count, list.length);
  if (places < 2) return null;
  const done = list.length > 1 ? list : [];
  return (
    <section className="sheet" aria-label={t('Contact sheet')}>
      <ol>
        {Array.from({ length: places }, (_, i) => {
          const job = done[i];
          return job
            ? <li key={i}><JobTile job={job} shown={job.header === shown} onShow={() => showJob(i)} /></li>
            : <li key={i}><span className="tile blank" aria-hidden="true" /></li>;
        })}
      </ol>
      {!making && done.length > 0 && <p className="small-print muted" data-figure="made">{howMade(done, together)}</p>}
    </section>
  );
}

/** How many at once, and how many tokens of each a pass settled. */
function howMade(jobs: readonly Job[], together: boolean): string {
  const most = Math.max(...jobs.map(({ run }) => widestPass(run.getState().events)));
  const images = together ? t('{count} images at once', { count: jobs.length }) : t('One image after the other');
  return most > 1 ? t('{images}, up to {most} tokens per pass.', { images, most }) : t('{images}, one token per pass.', { images });
}
