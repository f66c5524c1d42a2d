import type { OpenReason as Reason } from '../../engine/log.ts';

/** How a token stands to its patch, as drawn: opened it by surprise, for another reason, or joined it. */
export type Kind = 'surprise' | 'forced' | 'joins';

export function kindOf(opens: readonly Reason[]): Kind {
  if (opens.length === 0) return 'joins';
  return opens.includes('entropy') ? 'surprise' : 'forced';
}

const WORDS: Record<Reason, string> = {
  first: 'first token',
  second: 'second token',
  row: 'row start',
  full: 'patch before is full',
  entropy: 'surprising',
  static: 'static length',
};

/** "opens: surprising, row start" or "joins the patch". */
export const reasonText = (opens: readonly Reason[]) =>
  opens.length === 0 ? 'joins the patch' : `opens a patch: ${opens.map((reason) => WORDS[reason]).join(', ')}`;

export const reasonWords = (opens: readonly Reason[]) => opens.map((reason) => WORDS[reason]).join(', ');
