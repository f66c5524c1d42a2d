import { worded, type Phrase } from '../../engine/phrase.ts';
import type { de } from './de/index.ts';

/** A text of the studio, in English, as it stands in the catalogue. `{name}` is filled in when it is shown. */
export type Message = keyof typeof de;

type Names<M extends string> = M extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
export type Parts<M extends string, Part> = [Names<M>] extends [never] ? [] : [{ [Name in Names<M>]: Part }];

/** What a language other than English brings along; English is the catalogue's own keys and needs nothing. */
export interface Wording {
  /** By the English text: of views, and of phrases and names from packs, engine and worker. */
  messages: Readonly<Record<Message, string>> & Readonly<Record<string, string>>;
  /** Decimal point. */
  decimal: string;
  /** For dates and spans of time. */
  locale: string;
}

let wording: Wording | null = null;

/** Texts made from now on are in this language; null for English. */
export function speak(next: Wording | null): void {
  wording = next;
}

/** The message in the language in use, its `{name}`s as they are. */
export const wordsOf = (message: Message): string => wording?.messages[message] ?? message;

/** The wording, its `{name}`s in place, with numbers kept on one line with their units, and products whole. What a person or a file named is filled in later, and stays as it is. */
export const unbroken = (wording: string): string => wording
  .replace(/([\d}]) [x×] (?=[\d{])/g, '$1\u00a0×\u00a0')
  .replace(/× (?=[\d{])/g, '×\u00a0')
  .replace(/([\d}]) (?=(?:MB|nats|ms|s|%)(?![\p{L}\d]))/gu, '$1\u00a0');

export const fill = (wording: string, values: Readonly<Record<string, string | number>> = {}): string =>
  unbroken(wording).replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));

/** The message in the language in use, with its `{name}`s filled in. */
export const t = <M extends Message>(message: M, ...[values]: Parts<M, string | number>): string => fill(wordsOf(message), values);

/** A name that a pack brings, in the language in use where that has it. */
export const named = (name: string): string => unbroken(wording && Object.hasOwn(wording.messages, name) ? wording.messages[name]! : name);

/** A phrase in the language in use. */
export const translated = (phrase: Phrase | null | undefined): string => (phrase ? worded(phrase, named, decimal) : '');

/** A number as text (with a point) with the decimal sign of the language. */
export const decimal = (digits: string): string => (wording ? digits.replace('.', wording.decimal) : digits);

export const locale = (): string => wording?.locale ?? 'en';
