/** A list of tokens as short text for addresses: `1.` (the version), then base64url of the bits a token takes, the count and the tokens. */
import { StudioError } from './errors.ts';
import { say, type Phrase } from './phrase.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VERSION = '1.';
/** Header: 5 bits for the bits a token takes, 15 for the count. */
const WIDTH_BITS = 5;
const COUNT_BITS = 15;
const MAX_TOKEN_BITS = 20;
export const MAX_TOKENS = 2 ** 14;

const bad = (why: Phrase) => new StudioError('bad-argument', say`The given tokens cannot be read: ${why}.`);

/** Whole numbers of a few bits each, six bits a letter. */
class BitWriter {
  text = '';
  #rest = 0;
  #bits = 0;

  put(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit--) {
      this.#rest = (this.#rest << 1) | ((value >> bit) & 1);
      if (++this.#bits === 6) this.flush();
    }
  }

  flush(): void {
    if (this.#bits > 0) this.text += ALPHABET[this.#rest << (6 - this.#bits)];
    this.#rest = this.#bits = 0;
  }
}

/** Text of tokens below 2^20; 256 tokens of 1024 codes are 432 letters. */
export function packTokens(tokens: readonly number[]): string {
  const bits = Math.max(1, ...tokens.map((token) => token.toString(2).length));
  const writer = new BitWriter();
  writer.put(bits, WIDTH_BITS);
  writer.put(tokens.length, COUNT_BITS);
  for (const token of tokens) writer.put(token, bits);
  writer.flush();
  return VERSION + writer.text;
}

/** The tokens of `packTokens`. Throws `bad-argument` for anything that it did not write. */
export function unpackTokens(text: string): number[] {
  if (!text.startsWith(VERSION)) throw bad(say`they are not in the form "${VERSION}..." that this studio writes; make the link again`);
  const letters = Array.from(text.slice(VERSION.length), (letter) => ALPHABET.indexOf(letter));
  if (letters.includes(-1)) throw bad(say`a letter is none of A-Z, a-z, 0-9, "-" and "_"`);
  let at = 0;
  const take = (bits: number): number => {
    let value = 0;
    for (let i = 0; i < bits; i++, at++) value = (value << 1) | (((letters[Math.floor(at / 6)] ?? 0) >> (5 - (at % 6))) & 1);
    return value;
  };
  const bits = take(WIDTH_BITS);
  const count = take(COUNT_BITS);
  if (bits < 1 || bits > MAX_TOKEN_BITS || count > MAX_TOKENS) throw bad(say`their number or size is out of range`);
  if (letters.length !== Math.ceil((WIDTH_BITS + COUNT_BITS + count * bits) / 6)) throw bad(say`the text was cut off or added to; copy the whole link`);
  return Array.from({ length: count }, () => take(bits));
}
