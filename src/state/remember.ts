import type { RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import type { AddressBar } from './addressBar.ts';
import { fetchManifest, manifestAddress } from './packFiles.ts';
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
export function remember({ session, view, settings, address, switchPack }: OpenDeps): () => void {
  const back = view.snapshot();
  const before = { name: session.pack.getState().name, hash: address.hash(), settings: settings.getState() };
  const undo = async () => {
    await session.stopped();
    address.replaceHash(before.hash);
    if (session.pack.getState().name !== before.name) await switchPack();
    back();
    settings.setState(before.settings);
  };
  return () => void undo();
}

/** The pack that a run was made with, from its own folder beside this page. Throws `pack-missing`. */
export const packOf = (header: RunHeader, base: string): Promise<Manifest> => fetchManifest(header.pack.name, manifestAddress(header.pack.name, base));
