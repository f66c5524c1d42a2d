import type { Manifest } from '../../engine/manifest.ts';

type Codes = Pick<Manifest, 'codebook' | 'variants'>;
type Tokens = Codes & Pick<Manifest, 'grid'>;

/** What the tokenizer's weights are, in a variant; undefined where it has none of its own. */
function tokenizerOf({ variants }: Codes, name: string): string | undefined {
  const variant = variants[name];
  const weights = variant?.graphs.tokenizer_decoder?.weights;
  return weights === undefined ? undefined : variant!.weights[weights]?.shards.map(({ sha256 }) => sha256).join();
}

function sameTokenizer(one: Codes, other: Codes): boolean {
  return Object.keys(one.variants).some((name) => {
    const weights = tokenizerOf(one, name);
    return weights !== undefined && weights === tokenizerOf(other, name);
  });
}

/** Whether two packs have one tokenizer: codes that are painted alike, on whatever grid. The same weights may paint the picture of the codes a little otherwise on another machine. */
export const sameCodes = (one: Codes, other: Codes): boolean => one.codebook.tiles.sha256 === other.codebook.tiles.sha256 || sameTokenizer(one, other);

const sameGrid = (one: Tokens, other: Tokens): boolean => one.grid.width === other.grid.width && one.grid.tokens === other.grid.tokens;

/** Whether two packs make the same tokens: one grid, and one tokenizer. Only their pictures and figures can be compared. */
export const sameTokens = (one: Tokens, other: Tokens): boolean => sameGrid(one, other) && sameCodes(one, other);
