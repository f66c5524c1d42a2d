import type { RunHeader } from '../../../engine/log.ts';
import { toProblem } from '../problem.ts';
import type { PackSession } from '../session.ts';
import type { CompareStore } from './compareState.ts';
import { ofRecorded } from './found.ts';
import type { ComparePacks } from './packs.ts';
import { recordedAlike } from './recordedAlike.ts';
import type { RunSource } from './runSource.ts';
import type { Sides } from './sides.ts';

export interface AlikeDeps extends Pick<Sides, 'put' | 'chosen' | 'letGo'>, Pick<ComparePacks, 'discover'> {
  store: CompareStore;
  page: PackSession;
}

/** What has to change of A before another recorded run is the one alike. */
const imageOf = (header: RunHeader | null) => header && JSON.stringify([header.pack.name, header.className, header.seed]);

/** B as it is shown unasked: a recorded run of A's class and seed, of whatever run A shows, until a person chooses B or swaps the sides. */
export function createAlikeAsB({ store, page, discover, put, chosen, letGo }: AlikeDeps) {
  let following = false;
  /** The image of A that a run alike was looked for last. */
  let sought: string | null = null;
  /** What was put here unasked. The same run chosen by a person is another object, and stays. */
  const unasked = new WeakSet<RunSource>();

  store.subscribe(({ source: { b } }) => {
    if (b && !unasked.has(b)) following = false;
  });
  const free = () => {
    const b = chosen('b');
    return following && (!b || unasked.has(b));
  };

  /** Looks for a run alike where A shows another image than before. Without one B goes: two classes or seeds side by side nobody has asked for. */
  async function seek(): Promise<void> {
    const run = store.getState().sides.a.run.getState();
    const image = imageOf(run.header);
    if (!free() || !image || image === sought) return;
    sought = image;
    await discover();
    const { manifest, manifestUrl, name } = page.pack.getState();
    const packs = [...store.getState().packs, ...(manifest ? [{ name, manifest, manifestUrl }] : [])];
    const alike = await recordedAlike(packs, run).catch(() => null);
    // A may show another image by now, or a person may have chosen B.
    if (image !== sought || !free()) return;
    if (!alike) return chosen('b') ? letGo('b') : undefined;
    unasked.add(alike.source);
    await put('b', alike.source, () => ofRecorded(alike.recorded)).catch((error: unknown) => store.setState({ problem: toProblem(error) }));
  }

  return {
    seek,
    /** From now on B is the run alike. */
    follow(): Promise<void> {
      following = true;
      sought = null;
      return seek();
    },
  };
}
