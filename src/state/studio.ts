import { parseSeed } from '../../engine/settings.ts';
import { toTagged } from '../../engine/errors.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import { atOnce, createBatch } from './batch.ts';
import { createFollow } from './follow.ts';
import { createGoOn } from './goOn.ts';
import { createDesk } from './inspect/desk.ts';
import { createDraftModel } from './inspect/draftModel.ts';
import { createJobs } from './jobs.ts';
import { createLoading } from './loading.ts';
import { createNotices } from './notices.ts';
import { createOpening } from './opening.ts';
import { createPack } from './pack.ts';
import { isPartMissing, problem } from './problem.ts';
import { createRunning } from './running.ts';
import { createRunView } from './runView.ts';
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
  const notices = createNotices();
  const toast = createToast();
  const views = createViews(deps.hash, deps.replaceHash);
  const batch = createBatch();

  const loading = createLoading({
    connect: deps.client, pack, notices,
    ready: () => void (running.queued() ? running.goOn() : opening.paintOpened()),
    gaveUp: () => running.wait(false),
  });
  const view = createRunView({ pack, model: createDraftModel({ pack, client: loading.client, loadModel: () => loading.load() }) });
  const { run, playback } = view;
  const follow = createFollow({ pack, playback, views, notices, replaceHash: deps.replaceHash });
  const jobs = createJobs({ view: run, playback, now: deps.now, shown: follow.publish, recover: loading.recover, atOnce: () => atOnce(pack.getState().manifest) });
  const desk = createDesk({
    client: loading.client, loadModel: () => loading.load(), pack, run, playback, settings,
    stop: async () => {
      await running.stopped();
      await view.edit.settle();
    },
  });
  const inspect = {
    busy: () => desk.busy() || view.edit.busy(),
    async settle() {
      await desk.settle();
      await view.edit.settle();
    },
  };
  // Nothing is scored before a model has loaded.
  void import('./scoring.ts').then(({ scoreRuns }) => scoreRuns({ run, pack, client: loading.client }));
  const running = createRunning({ pack, settings, jobs, inspect, loading, queue: notices.queue });
  const opening = createOpening({ ...deps, pack, settings, view, views, notices, jobs, loading, running, follow });
  const { open, reopen, usePack, choosePack, chooseClass, show, makeAgain } = opening;
  const goOn = createGoOn({ view, settings, toast, generate: (given) => running.generate(1, given) });

  return {
    view, pack, settings, notices, queue: notices.queue, jobs, link: follow.link, toast, views, desk, batch,
    open, reopen, usePack, choosePack, chooseClass, show, makeAgain,
    client: loading.client, loadModel: loading.load, cancelLoad: loading.cancel, generate: running.generate, makeBeside: running.makeBeside, stop: running.stop, ...goOn,
    /** Loads the model with other weights of the pack. */
    chooseVariant(variant: string): Promise<void> {
      pack.setState({ variant });
      return loading.load();
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
      notices.add('unexpected', problem(tagged.code, tagged.message, 'What is on the page stays. If something does not respond, reload.'));
    },
  };
}
