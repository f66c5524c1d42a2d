import type { Manifest } from '../../../engine/manifest.ts';
import type { PackStore } from '../pack.ts';
import { fetchManifest, manifestAddress } from '../packFiles.ts';
import { fetchPackList } from '../packList.ts';
import { sameTokens } from '../sameTokens.ts';

/** A pack that has patches to show: the page's, or, where that decodes token by token, one of this site with its tokens, or else the first. */
export async function patchedPack(page: PackStore, base: string): Promise<{ name: string; manifest: Manifest; manifestUrl: string } | null> {
  const { name, manifest, manifestUrl } = page.getState();
  if (!manifest) return null;
  const own = { name, manifest, manifestUrl };
  if (manifest.kind !== 'gpt') return own;
  let first: typeof own | null = null;
  for (const other of (await fetchPackList(base)).filter(({ kind }) => kind === 'dpar')) {
    const url = manifestAddress(other.name, base);
    const found = { name: other.name, manifest: await fetchManifest(other.name, url), manifestUrl: url };
    if (sameTokens(found.manifest, manifest)) return found;
    first ??= found;
  }
  return first ?? own;
}
