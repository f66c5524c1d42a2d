import type { DecodeRequest } from '../../engine/decode.ts';
import type { DparManifest, Manifest } from '../../engine/manifest.ts';
import type { Settings } from '../../engine/settings.ts';

/** Why a bench of patches cannot measure a pack, null where it can. */
export const withoutPatches = ({ kind }: Pick<Manifest, 'kind'>): string | null => (kind === 'dpar' ? null : `it is of kind ${kind}, and packs of kind dpar are measured`);

/** The manifest of a pack that has patches, in a bench that refuses others (`Bench.unfit`). */
export function dpar(manifest: Manifest): DparManifest {
  if (manifest.kind === 'dpar') return manifest;
  throw new Error(`The pack ${manifest.name} cannot be measured: ${withoutPatches(manifest)}.`);
}

const WARM_UP = 8;

/** Tokens to decode in a round: warm-up rounds need a few only. */
export const lengthIn = (round: number, limit: number | null): number | null => (round < 0 ? Math.min(WARM_UP, limit ?? WARM_UP) : limit);

/** The image of a round: classes in turn, a seed each, the pack's own settings with changes. */
export const imageOf = (manifest: Manifest, round: number, settings: Partial<Settings> = {}): DecodeRequest => ({
  class: Math.abs(round) % manifest.classes.length, seed: Math.abs(round), settings: { ...manifest.defaults, ...settings },
});
