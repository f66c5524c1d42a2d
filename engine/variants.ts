/** What a pack's variants are expected to reproduce. */
import type { Manifest } from './manifest.ts';

/** Backends round float32 sums differently: logits and entropies of the same weights agree this closely. */
const ROUNDING = 1e-3;

/**
 * Largest difference allowed between a backend's entropies and logits and the golden ones, which are PyTorch's in
 * float32: rounding, and what the exporter measured the variant's weights to change.
 */
export function goldenTolerance(manifest: Manifest, variant: string): number {
  const figures = manifest.variants[variant]?.figures;
  return ROUNDING + (figures ? Math.max(figures.logits, figures.entropy) : 0);
}
