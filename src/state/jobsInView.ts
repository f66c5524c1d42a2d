import type { Job, Jobs } from './jobs.ts';
import type { RunState } from './run.ts';
import type { RunView } from './runView.ts';

export interface JobsInViewDeps {
  jobs: Jobs;
  view: Pick<RunView, 'run' | 'playback'>;
  /** A job came into view: at its start, at its end, or because it was picked. */
  shown: (state: RunState) => void;
}

/** The run in view is the one being decoded, until a person picks another. */
export function createJobsInView({ jobs, view: { run, playback }, shown }: JobsInViewDeps) {
  /** The person has picked another run while these are being made. */
  let picked = false;
  const inView = (job: Job) => run.getState().header === job.header;

  function bring(job: Job, live: boolean): void {
    run.mirror(job.run);
    playback.restart(live ? 'live' : 'paused');
    if (live) playback.follow();
    else playback.seek(Infinity);
    shown(run.getState());
  }

  jobs.watch({
    begun(job, lead) {
      if (job === jobs.getState().list[0]) picked = false;
      if (lead && !picked) bring(job, true);
    },
    grew(job) {
      if (inView(job)) playback.follow();
    },
    ended(job) {
      if (!inView(job)) return;
      playback.settle();
      shown(run.getState());
    },
  });

  return {
    /** Brings one of the contact sheet that has begun into view. */
    show(index: number): void {
      const job = jobs.getState().sheet.list[index];
      if (!job || job.run.getState().phase === 'empty') return;
      const live = job.run.getState().phase === 'running';
      picked = !live;
      if (!inView(job)) bring(job, live);
    },
  };
}
