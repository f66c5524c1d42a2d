/** Guidance away from a class of one's own choice in place of the null class (docs/model.md "Guidance"): settings.against. */
import { StudioError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { say } from './phrase.ts';
import { groupsOf } from './sampling.ts';
import type { Settings } from './settings.ts';

interface Asked {
  class: number;
  settings: Settings;
}

/** Throws `unknown-class` for a class that the pack does not have, `bad-setting` for the image's own: there would be nothing to move away from. */
export function checkAgainst({ name, classes }: Pick<Manifest, 'name' | 'classes'>, request: Asked): void {
  const { against } = request.settings;
  if (against === undefined) return;
  const entry = classes[against];
  if (!entry) throw new StudioError('unknown-class', say`against: The pack ${name} has classes 0 to ${classes.length - 1}, got ${against}.`);
  if (against === request.class) throw new StudioError('bad-setting', say`against: ${entry.id} is the class of the image itself. Use another class, or none.`);
}

/** Class index of every image's second row: the null class's where its settings name none. Null without guidance. */
export function secondRows({ classes }: Pick<Manifest, 'classes'>, requests: readonly Asked[]): number[] | null {
  return groupsOf(requests[0]!.settings) === 2 ? requests.map(({ settings }) => settings.against ?? classes.length) : null;
}

/** Whether the last of an image's rows is the null class's: there the sampler reads a GPT's entropies. */
export const endsInNullRow = (manifest: Pick<Manifest, 'classes'>, request: Asked): boolean =>
  (secondRows(manifest, [request])?.[0] ?? request.class) === manifest.classes.length;
