import { PackError } from '../engine/errors.ts';
import { say, type Phrase } from '../engine/phrase.ts';

/** Fields of one protobuf message: number, and the bytes of length-delimited ones or the value of a varint. */
export interface Field {
  number: number;
  bytes: Uint8Array | null;
  value: number;
}

const bad = (why: Phrase) => new PackError('model-refused', say`it is not a protobuf message: ${why}`);

/** Reads a varint at `at`; values above 2^53 lose precision, which lengths and enums never reach. */
function varint(message: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = message[at + i];
    if (byte === undefined) throw bad(say`it ends inside a number`);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw bad(say`a number is too long`);
}

/** Throws `model-refused` where the bytes are no message. */
export function* fields(message: Uint8Array): Generator<Field, void, void> {
  let at = 0;
  while (at < message.length) {
    const key = varint(message, at);
    at = key.next;
    const number = Math.floor(key.value / 8);
    const wire = key.value % 8;
    if (wire === 0) {
      const { value, next } = varint(message, at);
      at = next;
      yield { number, bytes: null, value };
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4;
      if (at > message.length) throw bad(say`it ends inside a field`);
    } else if (wire === 2) {
      const { value: length, next } = varint(message, at);
      if (next + length > message.length) throw bad(say`it ends inside a field`);
      at = next + length;
      yield { number, bytes: message.subarray(next, at), value: length };
    } else throw bad(say`wire type ${wire}`);
  }
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Packed whole numbers. Negative ones come out larger than any size. */
export function integersOf(packed: Uint8Array): number[] {
  const list: number[] = [];
  for (let at = 0; at < packed.length;) {
    const { value, next } = varint(packed, at);
    list.push(value);
    at = next;
  }
  return list;
}
