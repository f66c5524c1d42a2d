import { parseSeed } from '../../engine/settings.ts';
import { toTagged } from '../../engine/errors.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import { atOnce, createBatch } from './batch.ts';
import { createFollow } from './follow.ts';
import { createInspect } from './inspect/index.ts';
import { createJobs } from './jobs.ts';
import { createLoading } from './loading.ts';
import { createNotices } from './notices.ts';
import { createOpening } from './opening.ts';
import { createPack } from './pack.ts';
import { createPlayback } from './playback.ts';
import { isPartMissing, problem } from './problem.ts';
import { createRun } from './run.ts';
import { createRunning } from './running.ts';
import { scoreRuns } from './scoring.ts';
import { createSettings } from './settings.ts';
import { createToast } from './toast.ts';
import { createViews } from './views.ts';

export interface StudioDeps {
  client: () => InferenceClientApi;
  /** document.baseURI */
  base: string;
  hash: () => string;
  replaceHash: (hash: string) => void;
  reducedMotion: () => boolean;
  /** True on a metered connection: ask before the download. */
  metered: () => boolean;
  now: () => number;
  /** Draws the page anew, with the version of the studio that the host has. */
  reload: () => void;
}

export type Studio = ReturnType<typeof createStudio>;

/** The stores of the page and everything that acts on more than one of them. No React, no DOM but what `deps` gives. */
export function createStudio(deps: StudioDeps) {
  const pack = createPack();
  const settings = createSettings(parseSeed);
  const run = createRun();
  const playback = createPlayback(() => run.getState().count);
  const notices = createNotices();
  const toast = createToast();
  const views = createViews(deps.hash, deps.replaceHash);
  const batch = createBatch();

  const follow = createFollow({ pack, playback, views, notices, replaceHash: deps.replaceHash });
  const loading = createLoading({
    connect: deps.client, pack, notices,
    ready: () => void (running.queued() ? running.goOn() : opening.paintOpened()),
    gaveUp: () => running.wait(false),
  });
  const jobs = createJobs({ view: run, playback, now: deps.now, shown: follow.publish, recover: loading.recover, atOnce: () => atOnce(pack.getState().manifest) });
  const inspect = createInspect({
    client: loading.client, loadModel: () => loading.load(), pack, run, playback, settings, toast,
    stop: () => running.stopped(), generate: (tokens) => running.generate(1, tokens),
  });
  scoreRuns({ run, pack, client: loading.client });
  const running = createRunning({ pack, settings, jobs, inspect, loading, queue: notices.queue });
  const opening = createOpening({ ...deps, pack, settings, run, playback, views, notices, jobs, loading, running, follow });
  const { open, reopen, usePack, choosePack, chooseClass, show, makeAgain } = opening;
  const growing = () => run.getState().phase === 'running';

  return {
    pack, settings, run, playback, notices, queue: notices.queue, jobs, link: follow.link, toast, views, inspect, batch,
    open, reopen, usePack, choosePack, chooseClass, show, makeAgain,
    client: loading.client, loadModel: loading.load, cancelLoad: loading.cancel, generate: running.generate, makeBeside: running.makeBeside, stop: running.stop, growing,
    /** Loads the model with other weights of the pack. */
    chooseVariant(variant: string): Promise<void> {
      pack.setState({ variant });
      return loading.load();
    },
    /** The class and settings of the run in view, as the next run's. */
    adoptRun(): void {
      const { header } = run.getState();
      if (!header) return;
      settings.setAll(header.settings);
      settings.setClass(header.class);
      settings.setSeed(String(header.seed));
    },
    reportUnexpected(error: unknown): void {
      if (isPartMissing(error)) {
        notices.replace('part', [{
          code: 'part-missing', message: 'A part of the studio could not be fetched.',
          detail: 'Check the connection and try again. If the studio was updated meanwhile, reload: the address holds the run.',
          action: { label: 'Reload', run: deps.reload },
        }]);
        return;
      }
      const tagged = toTagged(error);
      notices.add('unexpected', problem(tagged.code, tagged.message, 'What is on the page stays. If something no longer answers, reload.'));
    },
    togglePlay(): void {
      const { mode } = playback.getState();
      if (mode === 'paused') playback.play(growing());
      else playback.pause();
    },
  };
}
