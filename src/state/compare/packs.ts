import type { KnownPack } from '../packFiles.ts';
import { findPackOfRun } from '../packOfRun.ts';
import { packsBeside } from '../packsBeside.ts';
import type { PackSession } from '../session.ts';
import type { CompareStore } from './compareState.ts';

export type ComparePacks = ReturnType<typeof createComparePacks>;

/** Packs whose runs can be compared with the page's. */
export function createComparePacks(store: CompareStore, page: PackSession, base: string) {
  const known = (pack: string): Omit<KnownPack, 'name'> | undefined => {
    const { manifest, manifestUrl } = page.pack.getState();
    return manifest?.name === pack ? { manifest, manifestUrl } : store.getState().packs.find(({ name }) => name === pack);
  };

  /** The pack that a run was made with: the page's, or another one from beside this page. `find`: for a name from elsewhere than a run. */
  const packFor = async (name: string, find = findPackOfRun): Promise<Omit<KnownPack, 'name'>> => known(name) ?? find(name, base);

  async function learnPacks(): Promise<void> {
    const { name: asked } = page.pack.getState();
    const packs = await packsBeside(page.pack.getState(), base);
    if (asked === page.pack.getState().name) store.setState({ packs });
  }
  let learning: { pack: string; done: Promise<void> } | null = null;
  /** Learns which other packs there are to compare with; whoever asks meanwhile for the same pack waits with the first. */
  function discover(): Promise<void> {
    const { name: pack } = page.pack.getState();
    if (learning?.pack === pack) return learning.done;
    const mine = { pack, done: learnPacks().finally(() => { if (learning === mine) learning = null; }) };
    learning = mine;
    return mine.done;
  }

  return { known, packFor, discover };
}
