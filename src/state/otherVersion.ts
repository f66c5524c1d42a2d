import { say } from '../../engine/phrase.ts';
import { versionOf, type Run } from '../../engine/log.ts';
import { OTHER_SEEDS } from './linkDifference.ts';
import { problem, type Problem } from './problem.ts';

/** What to say where the seed, or another version of the pack, gives another picture here. `hash`: of the pack that is here. */
export function otherVersion({ header }: Run, hash: string): Problem | null {
  if (versionOf(header) === 1) return problem('run-older', say`This run is of version 1; its tokens are shown as they were stored.`, OTHER_SEEDS);
  if (header.pack.hash === hash) return null;
  return problem(
    'pack-differs',
    say`This run was made with another version of the pack ${header.pack.name} (${header.pack.hash.slice(0, 8) || '?'}; here: ${hash.slice(0, 8)}).`,
    say`It is shown as it was decoded; generating it again here may give a different picture.`,
  );
}
