import type { Manifest } from '../../../engine/manifest.ts';
import type { PackStore } from '../pack.ts';
import { fetchManifest, manifestAddress } from '../packFiles.ts';
import { fetchPackList } from '../packList.ts';

/** A pack that has patches to show: the page's, or, where that decodes token by token, the first of this site that has. */
export async function patchedPack(page: PackStore, base: string): Promise<{ name: string; manifest: Manifest; manifestUrl: string } | null> {
  const { name, manifest, manifestUrl } = page.getState();
  if (!manifest) return null;
  const other = manifest.kind === 'gpt' ? (await fetchPackList(base)).find(({ kind }) => kind === 'dpar') : undefined;
  if (!other) return { name, manifest, manifestUrl };
  const url = manifestAddress(other.name, base);
  return { name: other.name, manifest: await fetchManifest(other.name, url), manifestUrl: url };
}
