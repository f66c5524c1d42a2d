/** Opening a run from a file or the history: seldom needed, so not among what the page fetches first. */
import type { RunHeader } from '../../engine/log.ts';
import { writePermalink } from '../../engine/permalink.ts';
import { classText } from '../../engine/settings.ts';
import { checkFits, otherVersion } from './fits.ts';
import { checkOf } from './linkCheck.ts';
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

/** Has a run made again from its header, and compared with its digest. Throws `pack-missing` before anything on the page has changed. Returns the way back. */
export async function makeAgain(header: RunHeader, digest: string, deps: OpenDeps): Promise<() => void> {
  const { session, address, base, reopen } = deps;
  const manifest = await packOf(header, base);
  await session.stopped();
  const undo = remember(deps);
  address.replaceHash(writePermalink({
    pack: header.pack.name, class: header.class > manifest.classes.length ? String(header.class) : classText(manifest, header.class), seed: header.seed, settings: header.settings, check: checkOf(header, digest),
    ...(header.given && { given: header.given }), ...address.views.extra(),
  }));
  void reopen();
  return undo;
}
