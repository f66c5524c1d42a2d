import type { Phrase } from '../../../engine/phrase.ts';
import { titleParts } from './titleParts.ts';

/** What a run is called, on one line: where that is short, the name gives way and the seed stays whole. */
export function RunName({ title }: { title: Phrase }) {
  const [name, rest] = titleParts(title);
  return <span className="run-name" title={name + rest}><span>{name}</span>{rest && <span>{rest}</span>}</span>;
}
