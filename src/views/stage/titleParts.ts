import type { Phrase } from '../../../engine/phrase.ts';
import { translated } from '../../text/t.ts';

/** What a run is called in two parts: the name that it begins with, and what tells it from others of that name: ", seed 7". */
export function titleParts(title: Phrase): [name: string, rest: string] {
  const all = translated(title);
  const [first] = title.values;
  const name = typeof first === 'object' && 'template' in first ? translated(first) : '';
  return name && all.startsWith(name) ? [name, all.slice(name.length)] : [all, ''];
}
