/** How many images are decoded at once. */
import type { Manifest } from '../manifest.ts';

/** Most images that are decoded at once. */
export const MOST_ROWS = 16;

/** Images that a pack's step graphs take at once. */
export const rowsOf = (manifest: Pick<Manifest, 'batch'>): number => Math.min(MOST_ROWS, manifest.batch ?? 1);
