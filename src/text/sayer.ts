import { fill } from './t.ts';

/** Texts kept, so that a figure that changes with every frame does not fill the memory. */
const MOST = 500;

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A pattern for a text with `{name}`s in it, and their names; `{n}` stands for digits alone. */
function patternOf(template: string): { pattern: RegExp; names: string[] } {
  const parts = template.split(/\{(\w+)\}/);
  const names = parts.filter((_, i) => i % 2 === 1);
  return { pattern: new RegExp(`^${parts.map((part, i) => (i % 2 === 0 ? literal(part) : part === 'n' ? '(\\d+)' : '(.+?)')).join('')}$`, 's'), names };
}

/**
 * Finds the words of another language for English texts that come from packs, the engine or the worker: the text itself
 * in `words`, or else the first of `templates` that it fits. What stands in a template's `{name}` is looked up in turn.
 */
export function sayer(words: Readonly<Record<string, string>>, templates: Readonly<Record<string, string>>): (text: string) => string {
  let patterns: { pattern: RegExp; names: string[]; answer: string }[] | null = null;
  const known = new Map<string, string>();

  function find(text: string): string {
    if (Object.hasOwn(words, text)) return words[text]!;
    patterns ??= Object.entries(templates).map(([template, answer]) => ({ ...patternOf(template), answer }));
    for (const { pattern, names, answer } of patterns) {
      const match = pattern.exec(text);
      if (match) return fill(answer, Object.fromEntries(names.map((name, i) => [name, find(match[i + 1]!)])));
    }
    return text;
  }
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= MOST) known.clear();
    const found = find(text);
    known.set(text, found);
    return found;
  };
}
