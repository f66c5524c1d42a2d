import type { DecodeRequest } from '../../engine/decode.ts';
import type { DparManifest, Manifest } from '../../engine/manifest.ts';
import type { Settings } from '../../engine/settings.ts';

/** The manifest of a pack that has patches. Throws for other kinds. */
export function dpar(manifest: Manifest): DparManifest {
  if (manifest.kind === 'dpar') return manifest;
  throw new Error(`The pack ${manifest.name} is of kind ${manifest.kind}; this bench measures packs of kind dpar. Name one with --pack.`);
}

const WARM_UP = 8;

/** Tokens to decode in a round: warm-up rounds need a few only. */
export const lengthIn = (round: number, limit: number | null): number | null => (round < 0 ? Math.min(WARM_UP, limit ?? WARM_UP) : limit);

/** The image of a round: classes in turn, a seed each, the pack's own settings with changes. */
export const imageOf = (manifest: Manifest, round: number, settings: Partial<Settings> = {}): DecodeRequest => ({
  class: Math.abs(round) % manifest.classes.length, seed: Math.abs(round), settings: { ...manifest.defaults, ...settings },
});
