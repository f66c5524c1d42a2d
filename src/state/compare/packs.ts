import type { Manifest } from '../../../engine/manifest.ts';
import type { PackStore } from '../pack.ts';
import { fetchManifest, manifestAddress } from '../packFiles.ts';
import { fetchPackList } from '../packList.ts';
import { sameTokens } from '../sameTokens.ts';

export interface KnownPack {
  name: string;
  manifest: Manifest;
  manifestUrl: string;
}

/** The other packs of this site whose pictures can be held against the page's; one that cannot be read is left out. */
export async function packsBeside(page: PackStore, base: string): Promise<KnownPack[]> {
  const { manifest: own, name: ownName } = page.getState();
  if (!own) return [];
  const found = await Promise.all((await fetchPackList(base)).filter(({ name }) => name !== ownName).map(async ({ name }) => {
    try {
      const manifestUrl = manifestAddress(name, base);
      return { name, manifestUrl, manifest: await fetchManifest(name, manifestUrl) };
    } catch {
      return null;
    }
  }));
  return found.filter((pack) => pack !== null && sameTokens(pack.manifest, own)) as KnownPack[];
}
