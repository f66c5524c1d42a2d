/** Opening a run from a file or the history: seldom needed, so not among what the page fetches first. */
import type { RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { writePermalink } from '../../engine/permalink.ts';
import { classText, existingClass } from '../../engine/pack-settings.ts';
import { againstText } from './address.ts';
import type { AddressBar } from './addressBar.ts';
import { checkFits } from './fits.ts';
import { checkOf } from './linkCheck.ts';
import { otherVersion } from './otherVersion.ts';
import type { PackState } from './pack.ts';
import { findPackOfRun } from './packOfRun.ts';
import type { Problem } from './problem.ts';
import type { OpenedRun } from './run.ts';
import type { RunView } from './runView.ts';
import type { PackSession } from './session.ts';
import type { SettingsStore } from './settings.ts';

/** A pack as the page has it open, from wherever it came. */
export interface PackInView extends Pick<PackState, 'manifestUrl' | 'hash' | 'variant'> {
  manifest: Manifest;
}

export interface OpenDeps {
  session: PackSession;
  view: RunView;
  settings: SettingsStore;
  address: AddressBar;
  base: string;
  /** Opens a pack that was in view, else the one that the address names now, without its run; resolves when its manifest is there or could not be read. */
  switchPack: (to?: PackInView) => Promise<void>;
  /** Makes the run that the address names now. */
  reopen: () => Promise<void>;
}

/** The pack of a run: the one in view, whose name it has, or one beside the page. Throws `pack-missing`. */
async function packOf({ pack: { name } }: RunHeader, { session, base }: OpenDeps): Promise<{ manifest: Manifest; same: boolean }> {
  const { manifest } = session.pack.getState();
  return manifest?.name === name ? { manifest, same: true } : { manifest: (await findPackOfRun(name, base)).manifest, same: false };
}

/** What is in view and set now; the returned function brings it back. */
export function remember({ session, view, settings, address, switchPack }: OpenDeps): () => Promise<void> {
  const back = view.snapshot();
  const { manifest, manifestUrl, hash, variant } = session.pack.getState();
  const before = { hash: address.hash(), settings: settings.getState() };
  return async () => {
    await session.stopped();
    address.replaceHash(before.hash);
    if (session.pack.getState().manifestUrl !== manifestUrl) await switchPack(manifest ? { manifest, manifestUrl, hash, variant } : undefined);
    back();
    settings.setState(before.settings);
  };
}

/**
 * Shows a run in its own pack, with its settings. Returns the way back and what is worth a word, or null where it is not
 * `wanted` any more; throws `pack-missing` or `run-invalid` before anything on the page has changed.
 */
export async function openRun(opened: OpenedRun, deps: OpenDeps, wanted: () => boolean): Promise<{ undo: () => Promise<void>; word: Problem | null } | null> {
  const { session: { pack, stopped }, view: { run, playback }, settings, address, switchPack } = deps;
  const { header } = opened.run;
  const { manifest, same } = await packOf(header, deps);
  checkFits(opened.run, manifest);
  if (wanted()) await stopped();
  if (!wanted()) return null;
  const undo = remember(deps);
  if (!same) {
    address.replaceHash(writePermalink({ pack: header.pack.name, settings: {}, ...address.views.extra() }));
    await switchPack();
    if (!wanted()) return null;
  }
  run.showOpened(opened);
  playback.restart('paused');
  playback.seek(Infinity);
  // A picture without a class leaves the next run that of the page.
  settings.adopt({ ...header, class: existingClass(manifest.classes.length, header.class, settings.getState().class) });
  address.publish(run.getState());
  return { undo, word: otherVersion(opened.run, pack.getState().hash ?? '') };
}

/** Has a run made again from its header, and compared with its digest. Throws `pack-missing` before anything on the page has changed. Returns the way back, or null where it is not `wanted` any more. */
export async function makeAgain(header: RunHeader, digest: string, deps: OpenDeps, wanted: () => boolean): Promise<(() => Promise<void>) | null> {
  const { session, address, reopen } = deps;
  const { manifest } = await packOf(header, deps);
  if (wanted()) await session.stopped();
  if (!wanted()) return null;
  const undo = remember(deps);
  address.replaceHash(writePermalink({
    pack: header.pack.name, class: header.class > manifest.classes.length ? String(header.class) : classText(manifest, header.class), seed: header.seed, ...againstText(manifest, header.settings), settings: header.settings, check: checkOf(header, digest),
    ...(header.given && { given: header.given }), ...address.views.extra(),
  }));
  void reopen();
  return undo;
}
