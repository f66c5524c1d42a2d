import type { de } from './de/index.ts';

/** A text of the studio, in English, as it stands in the catalogue. `{name}` is filled in when it is shown. */
export type Message = keyof typeof de;

type Names<M extends string> = M extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
export type Parts<M extends string, Part> = [Names<M>] extends [never] ? [] : [{ [Name in Names<M>]: Part }];

/** What a language other than English brings along; English is the catalogue's own keys and needs nothing. */
export interface Wording {
  messages: Readonly<Record<Message, string>>;
  /** Texts from elsewhere: of packs, the engine, the worker. */
  said: (text: string) => string;
  /** Decimal point. */
  decimal: string;
}

let wording: Wording | null = null;

/** Texts made from now on are in this language; null for English. */
export function speak(next: Wording | null): void {
  wording = next;
}

/** The message in the language in use, its `{name}`s as they are. */
export const wordsOf = (message: Message): string => wording?.messages[message] ?? message;

export const fill = (text: string, values: Readonly<Record<string, string | number>> = {}): string => text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));

/** The message in the language in use, with its `{name}`s filled in. */
export const t = <M extends Message>(message: M, ...[values]: Parts<M, string | number>): string => fill(wordsOf(message), values);

/** A text that a pack, the engine or the worker brings, in the language in use where that has it, else as it is. */
export const said = (text: string): string => wording?.said(text) ?? text;

/** A number as text (with a point) with the decimal sign of the language. */
export const decimal = (digits: string): string => (wording ? digits.replace('.', wording.decimal) : digits);
