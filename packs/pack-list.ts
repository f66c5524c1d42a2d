import * as z from 'zod/mini';
import { fetchJson } from './small-file.ts';

/** models/index.json, written by the exporter beside the packs (docs/packs.md). */
const PackList = z.object({
  packs: z.array(z.object({ name: z.string(), title: z.string(), kind: z.enum(['dpar', 'gpt']), bytes: z.number().check(z.minimum(0)) })),
});
export type PackEntry = z.infer<typeof PackList>['packs'][number];

/** The packs beside this page. A site without a list, or with a damaged one, has only the pack of the address: an empty list. */
export async function fetchPackList(base: string): Promise<PackEntry[]> {
  try {
    return PackList.parse(await fetchJson(new URL('models/index.json', base).href, 'index.json', { tries: 1 })).packs;
  } catch {
    return [];
  }
}
