import { variantBytes } from '../../engine/manifest-files.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { findPlainPack } from '../state/packsBeside.ts';

export interface Baseline {
  title: string;
  manifestUrl: string;
  /** Of the weights that the measurement needs. */
  bytes: number;
}

/** The plain transformer beside this page that makes the same tokens as the pack; null where there is none. */
export async function findBaseline(pack: Manifest, base: string): Promise<Baseline | null> {
  const plain = pack.kind === 'gpt' ? null : await findPlainPack(pack, base);
  return plain && { title: plain.manifest.title, manifestUrl: plain.manifestUrl, bytes: variantBytes(plain.manifest, plain.manifest.defaultVariant.wasm) };
}
