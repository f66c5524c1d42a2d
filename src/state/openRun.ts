/** Opening a run from a file or the history: seldom needed, so not among what the page fetches first. */
import { checkFits, otherVersion } from './fits.ts';
import type { Problem } from './problem.ts';
import { packOf, remember, type OpenDeps } from './remember.ts';
import type { OpenedRun } from './run.ts';

/**
 * Shows a run in its own pack, with its settings. Returns the way back and what is worth a word; throws `pack-missing`
 * or `run-invalid` before anything on the page has changed.
 */
export async function openRun(opened: OpenedRun, deps: OpenDeps): Promise<{ undo: () => void; word: Problem | null }> {
  const { session: { pack, stopped }, view: { run, playback }, settings, address, base, switchPack } = deps;
  const { header } = opened.run;
  const same = pack.getState().manifest?.name === header.pack.name;
  checkFits(opened.run, same ? pack.getState().manifest! : await packOf(header, base));
  await stopped();
  const undo = remember(deps);
  if (!same) {
    address.replaceHash(`#pack=${header.pack.name}`);
    await switchPack();
  }
  run.showOpened(opened);
  playback.restart('paused');
  playback.seek(Infinity);
  settings.adopt(header);
  address.publish(run.getState());
  return { undo, word: otherVersion(opened.run, pack.getState().hash ?? '') };
}
