import { useStore } from 'zustand';
import { waits, type Job } from '../../state/jobs.ts';
import { t } from '../../text/t.ts';
import { useStudio } from '../context.ts';
import { usePainted } from '../usePainted.ts';

const WORDS = { empty: 'not made', running: 'decoding', complete: 'finished', stopped: 'stopped', failed: 'failed' } as const;

/** One picture of the batch as it grows; pressing it brings it into the main view. */
export function JobTile({ job, shown, onShow }: { job: Job; shown: boolean; onShow: () => void }) {
  const phase = useStore(job.run, (state) => state.phase);
  const waiting = useStore(useStudio().session.jobs, (state) => waits(state, job.run));
  const canvas = usePainted(useStore(job.run, (state) => state.picture));
  const share = useStore(job.run, (state) => state.count / job.header.grid.tokens);

  const name = t('Seed {seed}, {phase}', { seed: job.header.seed, phase: t(waiting ? 'waiting' : WORDS[phase]) });
  return (
    <button
      type="button" className={`tile ${phase}`} aria-pressed={shown} disabled={phase === 'empty'} onClick={onShow}
      aria-label={name} title={name}
    >
      <canvas ref={canvas} width="1" height="1" aria-hidden="true" />
      {phase === 'running' && <i className="tile-progress" style={{ transform: `scaleX(${share})` }} aria-hidden="true" />}
      <span aria-hidden="true">{job.header.seed}</span>
    </button>
  );
}
