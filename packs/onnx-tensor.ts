/** Tensors of ONNX files: their names, where their data lie, and the values of small ones. */
import { PackError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { fieldsOnce, integersOf, textOf, type Field } from './protobuf.ts';

// Field numbers of onnx.proto.
const TENSOR = { type: 2, floats: 4, integers32: 5, strings: 6, integers: 7, name: 8, raw: 9, doubles: 10, unsigned: 11, externalData: 13, place: 14 };
const ENTRY = { key: 1, value: 2 };
const TYPE = { float32: 1, int32: 6, int64: 7 };

/** Of a tensor, the field of each kind of data. */
const DATA: readonly number[] = [TENSOR.floats, TENSOR.integers32, TENSOR.strings, TENSOR.integers, TENSOR.raw, TENSOR.doubles, TENSOR.unsigned, TENSOR.externalData];
/** The field of whole numbers of a type. */
const INTEGERS: Readonly<Record<number, number>> = { [TYPE.int32]: TENSOR.integers32, [TYPE.int64]: TENSOR.integers };

/** More values than any shape has; longer ones are weights. */
const MOST_VALUES = 64;
/** Bytes of a number, at most. */
const LONGEST = 10;

export interface Tensor {
  name: string;
  /** Few values of float32, int32 or int64 as the file has them; none of other tensors. */
  values: number[];
  /** Files that it wants its data from. */
  locations: string[];
}

function rawValues(raw: Uint8Array, type: number): number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const each = (width: number, read: (at: number) => number) => Array.from({ length: Math.floor(raw.length / width) }, (_, i) => read(i * width));
  if (type === TYPE.int64) return each(8, (at) => Number(view.getBigInt64(at, true)));
  if (type === TYPE.int32) return each(4, (at) => view.getInt32(at, true));
  return type === TYPE.float32 ? each(4, (at) => view.getFloat32(at, true)) : [];
}

/** data: fields of one kind. */
function valuesOf(data: readonly Field[], type: number): number[] {
  if (data.reduce((sum, { bytes }) => sum + (bytes?.length ?? LONGEST), 0) > LONGEST * MOST_VALUES) return [];
  const values = data.flatMap(({ number, bytes, value }) => {
    if (number === TENSOR.raw) return bytes ? rawValues(bytes, type) : [];
    if (number !== INTEGERS[type]) return [];
    return bytes ? integersOf(bytes) : [value];
  });
  // Of a longer number the reader of an int32 takes what it likes.
  return values.length <= MOST_VALUES && (type !== TYPE.int32 || values.every((value) => value === (value | 0))) ? values : [];
}

/** The file that an entry of external data names; null where it tells something else. */
function locationOf(entry: Uint8Array): string | null {
  let key = '';
  let place = '';
  for (const { number, bytes } of fieldsOnce(entry, [ENTRY.key, ENTRY.value])) {
    if (number === ENTRY.key && bytes) key = textOf(bytes);
    if (number === ENTRY.value && bytes) place = textOf(bytes);
  }
  return key === 'location' ? place : null;
}

/** Throws `model-refused` where data lie in more than one place: which of them a runtime takes is its own choice. */
export function readTensor(tensor: Uint8Array): Tensor {
  const read: Tensor = { name: '', values: [], locations: [] };
  let type = 0;
  const data: Field[] = [];
  const kinds = new Set<number>();
  for (const field of fieldsOnce(tensor, [TENSOR.type, TENSOR.name, TENSOR.raw, TENSOR.place])) {
    const { number, bytes, value } = field;
    if (number === TENSOR.type && !bytes) type = value;
    if (number === TENSOR.name && bytes) read.name = textOf(bytes);
    if (number === TENSOR.place && value !== 0) kinds.add(TENSOR.externalData);
    if (!DATA.includes(number)) continue;
    kinds.add(number);
    data.push(field);
    const location = number === TENSOR.externalData && bytes ? locationOf(bytes) : null;
    if (location !== null) read.locations.push(location);
  }
  if (kinds.size > 1) throw new PackError('model-refused', say`it has data of a tensor in more than one place`);
  return { ...read, values: valuesOf(data, type) };
}
