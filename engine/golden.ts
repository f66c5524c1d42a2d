/** golden.json (docs/packs.md): what PyTorch gives for one picture, for every runtime to compare with. */
export interface Golden {
  class: number;
  tokens: number[];
  entropies: (number | null)[];
  opens: boolean[];
  positions: number[];
  logits_class: number[][];
  logits_null: number[][];
}
