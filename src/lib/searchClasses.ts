import { oncePer } from './oncePer.ts';

/** Finding one class among a thousand by what a person types. */
export interface SearchedClass {
  id: string;
  label: string;
  synonyms?: readonly string[] | undefined;
}

/** Lower case, without accents. */
const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

interface Names {
  label: string;
  others: string[];
  id: string;
}
/** Folded names of a pack's classes: folding a thousand at every key would be felt. */
const namesOf = oncePer((classes: readonly SearchedClass[]): Names[] =>
  classes.map(({ id, label, synonyms = [] }) => ({ label: folded(label), others: synonyms.map(folded), id: folded(id) })));

/** How well a name fits: 0 the whole name, 1 its start, 2 the start of a word in it, 3 anywhere; null not at all. */
function fit(name: string, query: string): number | null {
  const at = name.indexOf(query);
  if (at < 0) return null;
  if (at === 0) return name.length === query.length ? 0 : 1;
  return name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(query)) ? 2 : 3;
}

/**
 * Indices of the classes whose label (as shown), synonyms or id hold every word of `query`, best first: labels before
 * synonyms before ids, then in the pack's order. An empty query gives all.
 */
export function searchClasses(classes: readonly SearchedClass[], query: string, shown: (label: string) => string = (label) => label): number[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return classes.map((_, index) => index);
  const phrase = words.join(' ');
  const found: { index: number; rank: number }[] = [];
  for (const [index, { label, others, id }] of namesOf(classes).entries()) {
    const own = classes[index]!.label;
    const shownAs = shown(own);
    const labels = shownAs === own ? [label] : [folded(shownAs), label];
    const all = [...labels, ...others, id].join('\n');
    if (!words.every((word) => all.includes(word))) continue;
    const best = (names: readonly string[], offset: number) => Math.min(...names.map((name) => (fit(name, phrase) ?? 4) + offset));
    // 4: every word is there, but not one after the other.
    found.push({ index, rank: Math.min(best(labels, 0), best(others, 5), best([id], 10)) });
  }
  return found.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ index }) => index);
}
