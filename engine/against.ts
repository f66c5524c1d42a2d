/** Guidance away from a class of one's own choice in place of the null class (docs/model.md "Guidance"): settings.against. */
import type { Manifest } from './manifest.ts';
import { groupsOf } from './sampling.ts';
import type { Settings } from './settings.ts';

interface Asked {
  class: number;
  settings: Settings;
}

/** Class index of every image's second row: the null class's where its settings name none. Null without guidance. */
export function secondRows({ classes }: Pick<Manifest, 'classes'>, requests: readonly Asked[]): number[] | null {
  return groupsOf(requests[0]!.settings) === 2 ? requests.map(({ settings }) => settings.against ?? classes.length) : null;
}

/** Whether the last of an image's rows is the null class's: there the sampler reads a GPT's entropies. */
export const endsInNullRow = (manifest: Pick<Manifest, 'classes'>, request: Asked): boolean =>
  (secondRows(manifest, [request])?.[0] ?? request.class) === manifest.classes.length;
