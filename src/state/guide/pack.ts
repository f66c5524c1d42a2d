import { packsBeside, type KnownPack } from '../compare/packs.ts';
import type { PackStore } from '../pack.ts';
import { fetchManifest, manifestAddress } from '../packFiles.ts';
import { fetchPackList } from '../packList.ts';

/** A pack that has patches to show: the page's, or, where that decodes token by token, one of this site with its tokens, or else the first. */
export async function patchedPack(page: PackStore, base: string): Promise<KnownPack | null> {
  const { name, manifest, manifestUrl } = page.getState();
  if (!manifest) return null;
  if (manifest.kind !== 'gpt') return { name, manifest, manifestUrl };
  const beside = (await packsBeside(page, base)).find((pack) => pack.manifest.kind === 'dpar');
  if (beside) return beside;
  const other = (await fetchPackList(base)).find(({ kind }) => kind === 'dpar');
  if (!other) return { name, manifest, manifestUrl };
  const url = manifestAddress(other.name, base);
  return { name: other.name, manifest: await fetchManifest(other.name, url), manifestUrl: url };
}
