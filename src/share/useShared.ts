import type { Run } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { writeAddress } from '../state/address.ts';
import { manifestAddress } from '../state/packFiles.ts';
import { checkOf } from '../state/linkCheck.ts';
import { isOfOneBackend, runOf, type PaintedPicture } from '../state/run.ts';
import { usePack, useRun, useRunView, useStudio } from '../views/context.ts';
import { useStore } from 'zustand';

export interface Shared {
  manifest: Manifest;
  run: Run;
  picture: PaintedPicture | null;
  /** Its pack lies beside the page, so a link can open it; one from a folder, zip or another address is here for this visit. */
  beside: boolean;
  /** The hash that makes the run again; `cursor` to show it from there. */
  hash: (cursor?: number) => string;
  /** In Compare: the hash of the comparison, with both sides. */
  comparison: string | null;
}

/** The run in view as it can be shared; null while there is none or it is still being decoded. */
export function useShared(): Shared | null {
  const view = useRunView();
  const { views } = useStudio().address;
  const open = useStore(views, (state) => state.view);
  const manifest = usePack((state) => state.manifest);
  const name = usePack((state) => state.name);
  const manifestUrl = usePack((state) => state.manifestUrl);
  const picture = useRun((state) => state.picture);
  const still = useRun((state) => state.phase === 'complete' || state.phase === 'stopped');
  useRun((state) => state.id);
  const state = view.run.getState();
  const { header, events } = state;
  if (!manifest || !header || !still || events.length === 0) return null;
  const run = runOf(header, state);
  const check = run.complete && isOfOneBackend(state) ? { check: checkOf(header, run.digest) } : {};
  return {
    manifest, run, picture: picture?.cells === events.length ? picture : null, beside: manifestUrl === manifestAddress(name, document.baseURI),
    hash: (cursor) => writeAddress(name, manifest, header, { ...check, ...(cursor !== undefined && cursor < events.length && { cursor }) }),
    comparison: open === 'compare' ? writeAddress(name, manifest, header, { ...views.extra(), ...check }) : null,
  };
}
