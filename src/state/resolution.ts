import { attentionCost, decodeCost, wholeCost } from '../../engine/cost.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { groupsOf } from '../../engine/sampling.ts';
import { measuredPatches } from './measuredPatches.ts';

export interface ResolutionRow {
  /** Pixels a side. */
  size: number;
  tokens: number;
  patches: number;
  /** Multiply-accumulates of attention for one image: scores and weighted values. */
  attention: number;
  /** The same for the plain transformer, without patches. */
  plain: number;
  /** Share of the linear layers in all multiply-accumulates of the pack's image. */
  linear: number;
  /** True at the sizes of the packs; elsewhere computed for the pack's mean patch length. */
  measured: boolean;
}

const SIZES = [64, 128, 256, 512, 1024];

/** How T, patches and the cost of attention grow with the picture's size, for a pack, the plain transformer beside it, and packs of other sizes. */
export function resolutionRows(pack: Manifest, plain: Manifest, others: readonly Manifest[] = []): ResolutionRow[] {
  const measured = new Map([...others, pack].flatMap((one) => {
    const patches = measuredPatches(one);
    return patches === null ? [] : [[one.image.size, patches] as const];
  }));
  const own = measured.get(pack.image.size);
  if (own === undefined) return [];
  const share = own / pack.grid.tokens;
  const groups = groupsOf(pack.defaults);
  return [...new Set([...SIZES, ...measured.keys()])].sort((a, b) => a - b).map((size) => {
    const tokens = pack.grid.tokens * (size / pack.image.size) ** 2;
    const patches = measured.get(size) ?? share * tokens;
    const attention = attentionCost(pack, tokens, patches, groups);
    const linear = wholeCost(decodeCost(pack, tokens, patches, pack.defaults));
    return {
      size, tokens, patches, attention, plain: attentionCost({ ...plain, entropyModel: undefined }, tokens, tokens, groupsOf(plain.defaults)),
      linear: linear / (linear + attention), measured: measured.has(size),
    };
  });
}
