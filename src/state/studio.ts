import { toTagged } from '../../engine/errors.ts';
import { say } from '../../engine/phrase.ts';
import type { ClientOptions, InferenceClientApi } from '../inference/client.ts';
import { createLatest } from '../lib/latest.ts';
import { createAddressBar } from './addressBar.ts';
import { createBatch } from './batch.ts';
import { createDeskState } from './inspect/deskState.ts';
import { createDraftModel } from './inspect/draftModel.ts';
import { createJobsInView } from './jobsInView.ts';
import { createNotices } from './notices.ts';
import { createOpening } from './opening.ts';
import { isPartMissing } from '../lib/partMissing.ts';
import { problem, toProblem, type Problem } from './problem.ts';
import { requestOf } from './runRequest.ts';
import { createRunView } from './runView.ts';
import { createPackSession } from './session.ts';
import { createSettings } from './settings.ts';
import { createToast } from './toast.ts';
import type { Visit } from './visits.ts';

export interface StudioDeps {
  client: (options: Pick<ClientOptions, 'onOneAPass'>) => InferenceClientApi;
  /** document.baseURI */
  base: string;
  hash: () => string;
  replaceHash: (hash: string) => void;
  /** Where there is a history of the browser to add to. */
  visit?: Visit | undefined;
  reducedMotion: () => boolean;
  /** True on a metered connection: ask before the download. */
  metered: () => boolean;
  /** Says why the GPU is used here only when it is chosen; null where it may be tried. */
  spareGpu?: () => Promise<Problem | null>;
  now: () => number;
  /** Draws the page anew, with the version of the studio that the host has. */
  reload: () => void;
}

export type Studio = ReturnType<typeof createStudio>;

/** The page: a pack with its model, the run in view, the address, and what acts on more than one of them. No React, no DOM but what `deps` gives. */
export function createStudio(deps: StudioDeps) {
  const notices = createNotices();
  const session = createPackSession({ connect: deps.client, spareGpu: deps.spareGpu, notices, now: deps.now });
  const { pack, jobs, client, ask } = session;
  const view = createRunView({ pack, model: createDraftModel({ pack, client, ask }) });
  const { run, playback } = view;
  const address = createAddressBar({ hash: deps.hash, replaceHash: deps.replaceHash, visit: deps.visit, pack, playback, notices });
  const { show: showJob } = createJobsInView({ jobs, view, shown: address.publish });
  const settings = createSettings();
  const toast = createToast();
  const latest = createLatest();
  /** A run is asked for, so what was opened before it, and is on its way, does not come. */
  const beforeRun = () => {
    latest();
    notices.beforeRun();
  };
  session.addAsker(view.edit);
  // Nothing is scored before a model has loaded.
  void import('./scoring.ts').then(({ scoreRuns }) => scoreRuns({ run, pack, client, ask })).catch(() => undefined); // no network, no entropies
  const { paintOpened, ...opening } = createOpening({ host: deps, session, view, settings, address, notices, toast, latest });
  session.onReady(() => void paintOpened());
  // What waited for the model, or for its runs to end, is asked now.
  session.onReady(view.edit.ask);
  jobs.subscribe(({ running }, before) => before.running && !running && view.edit.ask());
  /** Makes `count` pictures, seed, seed + 1 and so on; they go on from the tokens given. */
  const generate = (count = 1, given: readonly number[] = []): Promise<void> => {
    beforeRun();
    return session.generate(() => settings.requests(count, given));
  };
  /** Makes the run in view again, from its own settings and given tokens. */
  const generateAgain = async (): Promise<void> => {
    const { header } = run.getState();
    if (!header) return;
    beforeRun();
    await session.generate(() => [requestOf(header)]);
  };
  /** Fetched when the next run is made from the one in view. */
  const goOn = async () => (await import('./goOn.ts')).createGoOn({ view, settings, toast, queue: session.queue, takeBack: () => session.wait(null), generate: (given) => generate(1, given) });

  return {
    session, view, address, settings, notices, toast, desk: createDeskState(), batch: createBatch(), ...opening, generate, generateAgain, showJob,
    generateWithThis: async (): Promise<void> => (await goOn()).generateWithThis(),
    continueFrom: async (given: readonly number[], classIndex: number, seed: number): Promise<void> => (await goOn()).continueFrom(given, classIndex, seed),
    reportUnexpected(error: unknown): void {
      if (isPartMissing(error)) {
        notices.replace('part', [{ ...toProblem(error), action: { label: say`Reload`, run: deps.reload } }]);
        return;
      }
      const tagged = toTagged(error);
      notices.add('unexpected', problem(tagged.code, tagged.message, say`What is on the page stays. If something does not respond, reload.`));
    },
  };
}
