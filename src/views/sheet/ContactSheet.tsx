import { useStore } from 'zustand';
import { t } from '../../text/t.ts';
import { useBatch, useRun, useStudio } from '../context.ts';
import { JobTile } from './JobTile.tsx';

/** The pictures of a batch, live; one of them is in the main view. Places are shown before they are filled. */
export default function ContactSheet() {
  const { session, showJob } = useStudio();
  const { list, running } = useStore(session.jobs);
  const count = useBatch((state) => state.count);
  const shown = useRun((state) => state.header);
  const places = running ? list.length : Math.max(count, list.length);
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
    </section>
  );
}
