/**
 * What a person reads, as data: an English template with `{0}`, `{1}` ... and the values that stand there. It crosses a
 * worker boundary as it is. English is the template filled in; another language is looked up by the template.
 */
export interface Phrase {
  readonly template: string;
  readonly values: readonly Value[];
}
export type Value = string | number | Phrase;

/** The phrase of a template literal: say`The pack has no class "${text}".` */
export const say = (parts: TemplateStringsArray, ...values: Value[]): Phrase =>
  ({ template: parts.reduce((template, part, i) => `${template}{${i - 1}}${part}`), values });

/** A name that a pack or a table brings, for example of a class: shown in another language where that has it. */
export const term = (name: string): Phrase => ({ template: name, values: [] });

/** Words of a browser, of onnxruntime or of a file: shown as they are. */
export const quote = (cause: unknown): Phrase => say`${cause instanceof Error ? cause.message : String(cause)}`;

/** Sentences one after the other. */
export const together = (phrases: readonly Phrase[]): Phrase => ({ template: phrases.map((_, i) => `{${i}}`).join(' '), values: phrases });

/** The phrase in the words that `find` has for a template. */
export const worded = ({ template, values }: Phrase, find: (template: string) => string): string =>
  find(template).replace(/\{(\d+)\}/g, (all, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? all : typeof value === 'object' ? worded(value, find) : String(value);
  });

export const english = (phrase: Phrase): string => worded(phrase, (template) => template);
