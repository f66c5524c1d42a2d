/**
 * What a person reads, as data: an English template with `{0}`, `{1}` ... and the values that stand there. It crosses a
 * worker boundary as it is. English is the template filled in; another language is looked up by the template.
 */
export interface Phrase {
  readonly template: string;
  readonly values: readonly Value[];
}
export type Value = string | number | Rounded | Phrase;

/** A number with so many digits after the decimal sign. */
export interface Rounded {
  readonly number: number;
  readonly digits: number;
}
export const rounded = (number: number, digits: number): Rounded => ({ number, digits });

/** Bytes as a number of MB (10^6), the one unit of sizes: a digit after the sign below 10 MB, unless it is whole. */
export const inMegabytes = (bytes: number): Rounded => rounded(bytes / 1e6, bytes < 9.95e6 && bytes % 1e6 !== 0 ? 1 : 0);

/** The phrase of a template literal: say`The pack has no class "${text}".` */
export const say = (parts: TemplateStringsArray, ...values: Value[]): Phrase =>
  ({ template: parts.reduce((template, part, i) => `${template}{${i - 1}}${part}`), values });

/** A name that a pack or a table brings, for example of a class: shown in another language where that has it. */
export const term = (name: string): Phrase => ({ template: name, values: [] });

/** Words of a browser, of onnxruntime or of a file: shown as they are. */
export const quote = (cause: unknown): Phrase => say`${cause instanceof Error ? cause.message : String(cause)}`;

/** Sentences one after the other. */
export const together = (phrases: readonly Phrase[]): Phrase => ({ template: phrases.map((_, i) => `{${i}}`).join(' '), values: phrases });

/** Names one after the other, with commas between. */
export const listed = (names: readonly string[]): Phrase => ({ template: names.map((_, i) => `{${i}}`).join(', '), values: names.map(term) });

/** The phrase in the words that `find` has for a template; `sign` puts the decimal sign of the language into a number. */
export const worded = ({ template, values }: Phrase, find: (template: string) => string, sign: (digits: string) => string = (digits) => digits): string =>
  find(template).replace(/\{(\d+)\}/g, (all, index: string) => {
    const value = values[Number(index)];
    if (value === undefined) return all;
    if (typeof value === 'number') return sign(String(value));
    if (typeof value === 'string') return value;
    return 'number' in value ? sign(value.number.toFixed(value.digits)) : worded(value, find, sign);
  });

/** A whole number as text, thousands grouped by thin spaces that do not break. */
export const grouped = (whole: number): string => String(whole).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');

export const english = (phrase: Phrase): string => worded(phrase, (template) => template);
