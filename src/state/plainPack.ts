import type { GptManifest, Manifest } from '../../engine/manifest.ts';
import { fetchManifest, manifestAddress } from './packFiles.ts';
import { fetchPackList } from './packList.ts';
import { sameTokens } from './sameTokens.ts';

/** The plain transformer among the packs beside the page that makes the same tokens, with its address; null where there is none that can be read. */
export async function findPlainPack(pack: Pick<Manifest, 'grid' | 'codebook'>, base: string): Promise<{ manifest: GptManifest; url: string } | null> {
  for (const { kind, name } of await fetchPackList(base)) {
    if (kind !== 'gpt') continue;
    const url = manifestAddress(name, base);
    const manifest = await fetchManifest(name, url).catch(() => null);
    if (manifest?.kind === 'gpt' && sameTokens(manifest, pack)) return { manifest, url };
  }
  return null;
}
