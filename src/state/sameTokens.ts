import type { Manifest } from '../../engine/manifest.ts';

type Tokens = Pick<Manifest, 'grid' | 'codebook'>;

/** Whether two packs make the same tokens: one grid, and codes that are painted alike. Only their pictures and figures can be compared. */
export const sameTokens = (one: Tokens, other: Tokens): boolean =>
  one.grid.width === other.grid.width && one.grid.tokens === other.grid.tokens && one.codebook.tiles.sha256 === other.codebook.tiles.sha256;
