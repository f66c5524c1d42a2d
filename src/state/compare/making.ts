import { makeBeside } from '../makeBeside.ts';
import type { PlaybackStore } from '../playback.ts';
import type { RunStore } from '../run.ts';
import type { RunRequest } from '../runRequest.ts';
import type { PackSession } from '../session.ts';
import { until } from '../until.ts';
import type { CompareStore, SideName } from './compareState.ts';
import { ofStore } from './found.ts';
import type { Sides } from './sides.ts';

export interface MakingDeps {
  store: CompareStore;
  playback: PlaybackStore;
  page: PackSession;
  base: string;
  /** For another pack and its model; none yet. */
  guest: () => PackSession;
  put: Sides['put'];
}

/** Runs made for a comparison: by the page, or by a guest with the model of another pack. */
export function createMaking({ store, playback, page, base, guest, put }: MakingDeps) {
  /** Counts the stops, so that what waited for a model is given up. */
  let stops = 0;

  /** The page for its own pack, else a guest; the guest before it lets its worker go. A guest that is not `wanted` any more loads nothing. */
  async function makerOf(pack: string, wanted: () => boolean): Promise<PackSession> {
    const before = store.getState().maker;
    // A guest whose manifest could not be fetched tries it again.
    const { name: there, manifest } = before.pack.getState();
    if (there === pack && (before === page || manifest)) return before;
    if (before !== page) before.client()?.dispose();
    const own = pack === '' || page.pack.getState().name === pack;
    const maker = own ? page : guest();
    store.setState({ maker });
    if (own) return maker;
    const found = await maker.read(pack, base);
    if (found && wanted()) {
      maker.use(found);
      await maker.load();
    }
    return maker;
  }

  /** The page makes no run, and none is about to begin: one whose model waits for a person's consent is not waited for. */
  const pageDone = () => until(
    () => !page.jobs.getState().running && (!page.queue.getState().queued || page.pack.getState().model === 'asking'), page.jobs, page.queue, page.pack,
  );

  /** Makes runs with the pack of run A; `begun` gets them in order as they begin. */
  async function make(requests: readonly RunRequest[], begun: (runs: readonly RunStore[]) => void | Promise<void>, pack = store.getState().sides.a.pack.getState().name): Promise<void> {
    if (requests.length === 0 || store.getState().waiting) return;
    const before = stops;
    store.setState({ waiting: true, problem: null });
    try {
      const maker = await makerOf(pack, () => before === stops);
      // The device is for one of them: a measurement by the page would be wrong, and so would the time of the run.
      if (maker !== page) {
        await pageDone();
        await page.settle();
      }
      if (before !== stops) return;
      let runs: readonly RunStore[] = [];
      let shown: void | Promise<void> = undefined;
      await makeBeside(maker, requests, (list) => {
        runs = list.map(({ run }) => run);
        store.setState({ made: [...store.getState().made, ...runs] });
        shown = begun(runs);
      }, () => before === stops);
      // A run that comes into view takes the last message with it, so its own comes after that.
      await shown;
      const failed = maker.pack.getState().problem ?? runs.map((run) => run.getState().problem).find(Boolean);
      if (failed) store.setState({ problem: failed });
    } finally {
      if (before === stops) store.setState({ waiting: false });
    }
  }

  /** One new run, shown as that side as it grows; null where it could not begin. */
  async function makeSide(which: SideName, request: RunRequest, pack?: string): Promise<RunStore | null> {
    const first = store.getState().made.length;
    let made: RunStore | null = null;
    await make([request], ([run]) => {
      made = run!;
      playback.restart('paused');
      // A run of a queue has no header before its turn.
      return until(() => run!.getState().header !== null, run!).then(() => put(which, { kind: 'made', index: first }, () => ofStore(run)));
    }, pack);
    playback.settle();
    return made;
  }

  /** What was asked for here does not come any more; a guest ends what it makes, and its download. */
  async function giveUp(): Promise<void> {
    stops++;
    store.setState({ waiting: false });
    const { maker } = store.getState();
    if (maker === page) return;
    if (maker.pack.getState().model === 'loading') maker.cancelLoad();
    await maker.stop();
  }

  /** Ends what is being made, here and on the page. */
  const stop = async (): Promise<void> => void (await Promise.all([giveUp(), page.stop()]));

  return { make, makeSide, giveUp, stop, stops: () => stops };
}
