import { StudioError } from '../../engine/errors.ts';
import { inMegabytes, say, type Phrase } from '../../engine/phrase.ts';
import { filesOf, variantBytes } from '../../engine/manifest-files.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { fetchManifest } from '../../packs/fetch-manifest.ts';
import { usableMirrors } from '../../packs/origins.ts';
import { MAX_FILES, MAX_PACK_BYTES } from '../../packs/read-pack.ts';
import type { Notices } from '../state/notices.ts';
import { toProblem } from '../state/problem.ts';
import { askFor } from './consent.ts';

/** A pack from an address: fetched like those beside the page. */
export interface PackAt {
  manifest: Manifest;
  manifestUrl: string;
}

const refused = (message: Phrase, detail: Phrase) => new StudioError('pack-refused', message, detail);

/** The manifest's address: `text` is that, or the pack's folder. Throws `pack-refused` for an origin that this site does not ask. */
export function manifestAt(text: string, page: string, allowed?: readonly string[]): string {
  const words = text.trim();
  if (words === '' || !URL.canParse(words, page)) throw refused(say`"${words.slice(0, 80)}" is not a URL.`, say`Enter the URL of a pack's folder or of its manifest.json.`);
  const address = new URL(words.endsWith('.json') || words.endsWith('/') ? words : `${words}/`, page);
  if (usableMirrors([address.href], new URL(page).origin, allowed).length === 0) {
    throw refused(say`This site may not load from ${address.origin}.`, say`Download the pack and drop its folder or zip here. Whoever builds a site can allow other origins (docs/hosting.md).`);
  }
  return new URL('manifest.json', address).href;
}

/** Fetches the manifest of a pack from its address and asks before the pack is used. */
export async function openPackAt(studio: { notices: Notices; usePack: (pack: PackAt) => Promise<void> }, text: string, page = document.baseURI): Promise<void> {
  const { notices } = studio;
  try {
    const manifestUrl = manifestAt(text, page);
    const manifest = await fetchManifest(manifestUrl);
    const bytes = variantBytes(manifest, manifest.defaultVariant.wasm);
    if (filesOf(manifest).length > MAX_FILES || bytes > MAX_PACK_BYTES) throw refused(say`This pack is too large to be opened.`, say`A pack has at most ${MAX_FILES} files and ${inMegabytes(MAX_PACK_BYTES)} MB.`);
    askFor(manifest, bytes, new URL(manifestUrl).host, notices, () => studio.usePack({ manifest, manifestUrl }));
  } catch (error) {
    notices.replace('pack', [toProblem(error)]);
  }
}
