import { StudioError } from '../../engine/errors.ts';
import { say, type Phrase } from '../../engine/phrase.ts';
import type { Run } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';

/** Throws `run-invalid` for a run that this pack cannot show. */
export function checkFits({ header, events }: Run, manifest: Manifest): void {
  const fail = (why: Phrase) => new StudioError('run-invalid', say`This run does not fit the pack ${manifest.name}: ${why}. It was made with another version of the pack.`);
  if (header.grid.width !== manifest.grid.width || header.grid.tokens !== manifest.grid.tokens) {
    throw fail(say`its grid has ${header.grid.tokens} tokens in rows of ${header.grid.width}, the pack's ${manifest.grid.tokens} in rows of ${manifest.grid.width}`);
  }
  // The index after the last is no class: a picture looked at in Inspect is read without one.
  if (header.class > manifest.classes.length) throw fail(say`it has class ${header.class}, the pack ${manifest.classes.length} classes`);
  const { against } = header.settings;
  if (against !== undefined && against >= manifest.classes.length) throw fail(say`it is guided against class ${against}, the pack has ${manifest.classes.length} classes`);
  const strange = events.find(({ token }) => token >= manifest.vocab);
  if (strange) throw fail(say`token ${strange.t} is code ${strange.token}, the pack has ${manifest.vocab} codes`);
}
