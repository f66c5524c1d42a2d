/** Opening a run from a file or the history: seldom needed, so not among what the page fetches first. */
import type { RunHeader } from '../../engine/log.ts';
import { writePermalink } from '../../engine/permalink.ts';
import { classText, existingClass } from '../../engine/pack-settings.ts';
import { againstText } from './address.ts';
import type { AddressBar } from './addressBar.ts';
import { checkFits, otherVersion } from './fits.ts';
import { checkOf } from './linkCheck.ts';
import { findPack } from './packFiles.ts';
import type { Problem } from './problem.ts';
import type { OpenedRun } from './run.ts';
import type { RunView } from './runView.ts';
import type { PackSession } from './session.ts';
import type { SettingsStore } from './settings.ts';

export interface OpenDeps {
  session: PackSession;
  view: RunView;
  settings: SettingsStore;
  address: AddressBar;
  base: string;
  /** Opens the pack that the address names now; resolves when its manifest is there or could not be read. */
  switchPack: () => Promise<void>;
  /** Makes the run that the address names now. */
  reopen: () => Promise<void>;
}

/** What is in view and set now; the returned function brings it back. */
function remember({ session, view, settings, address, switchPack }: OpenDeps): () => Promise<void> {
  const back = view.snapshot();
  const before = { name: session.pack.getState().name, hash: address.hash(), settings: settings.getState() };
  return async () => {
    await session.stopped();
    address.replaceHash(before.hash);
    if (session.pack.getState().name !== before.name) await switchPack();
    back();
    settings.setState(before.settings);
  };
}

/**
 * Shows a run in its own pack, with its settings. Returns the way back and what is worth a word; throws `pack-missing`
 * or `run-invalid` before anything on the page has changed.
 */
export async function openRun(opened: OpenedRun, deps: OpenDeps): Promise<{ undo: () => Promise<void>; word: Problem | null }> {
  const { session: { pack, stopped }, view: { run, playback }, settings, address, base, switchPack } = deps;
  const { header } = opened.run;
  const same = pack.getState().manifest?.name === header.pack.name;
  const manifest = same ? pack.getState().manifest! : (await findPack(header.pack.name, base)).manifest;
  checkFits(opened.run, manifest);
  await stopped();
  const undo = remember(deps);
  if (!same) {
    address.replaceHash(`#pack=${header.pack.name}`);
    await switchPack();
  }
  run.showOpened(opened);
  playback.restart('paused');
  playback.seek(Infinity);
  // A picture without a class leaves the next run that of the page.
  settings.adopt({ ...header, class: existingClass(manifest.classes.length, header.class, settings.getState().class) });
  address.publish(run.getState());
  return { undo, word: otherVersion(opened.run, pack.getState().hash ?? '') };
}

/** Has a run made again from its header, and compared with its digest. Throws `pack-missing` before anything on the page has changed. Returns the way back. */
export async function makeAgain(header: RunHeader, digest: string, deps: OpenDeps): Promise<() => void> {
  const { session, address, base, reopen } = deps;
  const { manifest } = await findPack(header.pack.name, base);
  await session.stopped();
  const undo = remember(deps);
  address.replaceHash(writePermalink({
    pack: header.pack.name, class: header.class > manifest.classes.length ? String(header.class) : classText(manifest, header.class), seed: header.seed, ...againstText(manifest, header.settings), settings: header.settings, check: checkOf(header, digest),
    ...(header.given && { given: header.given }), ...address.views.extra(),
  }));
  void reopen();
  return () => void undo();
}
