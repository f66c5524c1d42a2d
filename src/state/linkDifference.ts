/** A run made here against the one that a link was made from. Seldom needed, so not among what the page fetches first. */
import type { RunHeader } from '../../engine/log.ts';
import type { LinkCheck } from '../../engine/permalink.ts';
import { say, together, type Phrase } from '../../engine/phrase.ts';
import { checkOf, type LinkOutcome } from './linkCheck.ts';

const PLACES = { wasm: 'WebAssembly', webgpu: 'WebGPU', cpu: say`the command line` } as const;

/** What version 2 changed. */
export const OTHER_SEEDS = say`Random numbers belong to a position and a code since version 2, so the seed of a run of version 1 gives another picture now.`;

/** The run made here against the one the link was made from. */
export function compareWithLink(link: LinkCheck, header: RunHeader, digest: string): LinkOutcome {
  const here = checkOf(header, digest);
  const differs: Phrase[] = [];
  if (link.pack !== here.pack) differs.push(say`The pack is another version (${here.pack} here, ${link.pack} in the link).`);
  if (link.variant !== here.variant) differs.push(say`The weights are the variant ${here.variant}, the link's were ${link.variant}.`);
  if (link.backend !== here.backend) differs.push(say`It ran on ${PLACES[here.backend]}, the link's ran on ${PLACES[link.backend]}.`);
  return { header, same: link.digest === here.digest, older: link.version < here.version, differs };
}

/** Why the results differ, and what that means. */
export function explainDifference({ older, differs }: LinkOutcome): Phrase {
  if (older) return OTHER_SEEDS;
  if (differs.length === 0) return say`Pack, variant and backend are the same: the address was altered, or this browser computes differently.`;
  return together([...differs, say`Small differences in arithmetic can turn a close choice of token, and everything after it.`]);
}
