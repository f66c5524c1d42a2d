import type { Manifest } from '../../engine/manifest.ts';

type Tokens = Pick<Manifest, 'grid' | 'codebook'>;

/** Whether two packs have one tokenizer: codes that are painted alike, on whatever grid. */
export const sameCodes = (one: Pick<Tokens, 'codebook'>, other: Pick<Tokens, 'codebook'>): boolean => one.codebook.tiles.sha256 === other.codebook.tiles.sha256;

const sameGrid = (one: Tokens, other: Tokens): boolean => one.grid.width === other.grid.width && one.grid.tokens === other.grid.tokens;

/** Whether two packs make the same tokens: one grid, and one tokenizer. Only their pictures and figures can be compared. */
export const sameTokens = (one: Tokens, other: Tokens): boolean => sameGrid(one, other) && sameCodes(one, other);
