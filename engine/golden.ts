import * as z from 'zod/mini';
import { PackError } from './errors.ts';
import { fieldOf, type Manifest } from './manifest.ts';
import { say } from './phrase.ts';

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

/** Of a pack of this manifest. */
function schemaOf({ classes, grid, vocab }: Pick<Manifest, 'classes' | 'grid' | 'vocab'>) {
  const below = (limit: number) => z.int().check(z.minimum(0), z.maximum(limit - 1));
  const each = <T extends z.ZodMiniType>(type: T) => z.array(type).check(z.length(grid.tokens));
  const logits = z.array(z.array(z.number()).check(z.length(vocab)));
  return z.object({
    class: below(classes.length), tokens: each(below(vocab)), opens: each(z.boolean()),
    entropies: each(z.nullable(z.number())).check(z.refine((list) => list.every((entropy, t) => t === 0 || entropy !== null), 'must be a number for every token but the first')),
    positions: z.array(below(grid.tokens)), logits_class: logits, logits_null: logits,
  });
}

/** Throws `manifest-invalid` with the first field that is not of a pack of this manifest. */
export function parseGolden(json: unknown, manifest: Pick<Manifest, 'classes' | 'grid' | 'vocab'>): Golden {
  const invalid = (field: string, message: string) => new PackError('manifest-invalid', say`golden.json, ${field}: ${message}. Export the pack again.`);
  const parsed = schemaOf(manifest).safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw invalid(fieldOf(issue.path), issue.message);
  }
  const golden = json as Golden;
  for (const key of ['logits_class', 'logits_null'] as const) {
    if (golden[key].length !== golden.positions.length) throw invalid(key, `has ${golden[key].length} rows for ${golden.positions.length} positions`);
  }
  return golden;
}
