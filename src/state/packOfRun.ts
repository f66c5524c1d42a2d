import { StudioError, toTagged } from '../../engine/errors.ts';
import { isShortName } from '../../engine/names.ts';
import { say } from '../../engine/phrase.ts';
import { findPack, noName, type KnownPack } from './packFiles.ts';

/** The pack of a run from a file or the history, next to this page. Throws `pack-missing` where it is not: it may be one that was used for a visit. */
export async function findPackOfRun(name: string, base: string): Promise<KnownPack> {
  if (!isShortName(name)) throw noName(name, say`The run names it, so it cannot be opened here. Take another file of it.`);
  return findPack(name, base).catch((error: unknown) => {
    if (toTagged(error).code !== 'pack-missing') throw error;
    throw new StudioError('pack-missing', say`This run needs the pack ${name}.`, say`Load it in the pack menu, then open the run again.`);
  });
}
