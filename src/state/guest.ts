import { writePermalink } from '../../engine/permalink.ts';
import { createStudio, type Studio, type StudioDeps } from './studio.ts';

/** A studio beside the page's for runs of another pack: a model of its own, no address, nothing in view. The page stays as it is. */
export function createGuest(deps: StudioDeps, page: Studio, pack: string): Studio {
  const hash = writePermalink({ pack, settings: {} });
  const guest = createStudio({ ...deps, hash: () => hash, replaceHash: () => undefined, reducedMotion: () => true, metered: () => false });
  guest.pack.setState({ choice: page.pack.getState().choice });
  // What it has to say is said on the page.
  guest.notices.subscribe(({ list }) => page.notices.replace('guest', list));
  return guest;
}
