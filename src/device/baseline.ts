import type { Manifest } from '../../engine/manifest.ts';
import { variantBytes } from '../state/pack.ts';
import { fetchManifest, manifestAddress } from '../state/packFiles.ts';
import { fetchPackList } from '../state/packList.ts';

export interface Baseline {
  title: string;
  manifestUrl: string;
  /** Of the weights that the measurement needs. */
  bytes: number;
}

/** The plain GPT beside this page that makes the same tokens as the pack; null where there is none. */
export async function findBaseline({ kind, grid, vocab }: Manifest, base: string): Promise<Baseline | null> {
  if (kind === 'gpt') return null;
  for (const entry of await fetchPackList(base)) {
    if (entry.kind !== 'gpt') continue;
    try {
      const manifestUrl = manifestAddress(entry.name, base);
      const manifest = await fetchManifest(entry.name, manifestUrl);
      if (manifest.kind !== 'gpt' || manifest.grid.tokens !== grid.tokens || manifest.vocab !== vocab) continue;
      return { title: manifest.title, manifestUrl, bytes: variantBytes(manifest, manifest.defaultVariant.wasm) };
    } catch {
      // A baseline that cannot be read is not compared with; the pack in use is measured all the same.
    }
  }
  return null;
}
