import { PackError } from '../engine/errors.ts';
import { say, type Phrase } from '../engine/phrase.ts';

/** A field of a protobuf message. */
export interface Field {
  number: number;
  /** Of one with a length; null for numbers. */
  bytes: Uint8Array | null;
  /** Of a varint, as int64 has it; the length of bytes; NaN for the other numbers, which are of 4 or 8 bytes. */
  value: number;
}

const bad = (why: Phrase) => new PackError('model-refused', say`it is not a protobuf message: ${why}`);

/** Reads a varint of up to 64 bits at `at`. */
function varint(message: Uint8Array, at: number): { value: bigint; next: number } {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = message[at + i];
    if (byte === undefined) throw bad(say`it ends inside a number`);
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw bad(say`a number is too long`);
}

/** Above 2^53 the nearest number that there is. */
const signed = (value: bigint): number => Number(BigInt.asIntN(64, value));

/** Throws `model-refused` where the bytes are no message. */
export function* fields(message: Uint8Array): Generator<Field, void, void> {
  let at = 0;
  while (at < message.length) {
    const key = varint(message, at);
    at = key.next;
    // Readers of protobuf differ in what they make of more than 32 bits.
    if (key.value >= 2n ** 32n) throw bad(say`a number is too long`);
    const number = Number(key.value >> 3n);
    const wire = Number(key.value & 7n);
    if (wire === 0) {
      const { value, next } = varint(message, at);
      at = next;
      yield { number, bytes: null, value: signed(value) };
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4;
      if (at > message.length) throw bad(say`it ends inside a field`);
      yield { number, bytes: null, value: NaN };
    } else if (wire === 2) {
      const { value, next } = varint(message, at);
      const length = Number(value);
      if (next + length > message.length) throw bad(say`it ends inside a field`);
      at = next + length;
      yield { number, bytes: message.subarray(next, at), value: length };
    } else throw bad(say`wire type ${wire}`);
  }
}

/** The same, where fields of these numbers may stand once: some readers merge what stands again, some keep the last. */
export function* fieldsOnce(message: Uint8Array, once: readonly number[]): Generator<Field, void, void> {
  const seen = new Set<number>();
  for (const field of fields(message)) {
    if (seen.has(field.number)) throw new PackError('model-refused', say`a field that may stand once is in it twice`);
    if (once.includes(field.number)) seen.add(field.number);
    yield field;
  }
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Packed whole numbers, as int64 has them. */
export function integersOf(packed: Uint8Array): number[] {
  const list: number[] = [];
  for (let at = 0; at < packed.length;) {
    const { value, next } = varint(packed, at);
    list.push(signed(value));
    at = next;
  }
  return list;
}
