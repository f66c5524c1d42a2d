import { PackError } from '../engine/errors.ts';
import type { GraphPorts, Ports } from '../engine/graph-ports.ts';
import { say, type Phrase } from '../engine/phrase.ts';
import { fields, integersOf, textOf } from './protobuf.ts';

// Field numbers of onnx.proto.
const GRAPH_OF_MODEL = 7;
const GRAPH = { initializer: 5, input: 11, output: 12 };
const TENSOR = { dims: 1, name: 8 };
/** After the name of a table that is kept in 16 bits. */
const HALF = /\.half$/;
const VALUE = { name: 1, type: 2 };
const TENSOR_TYPE = 1;
const SHAPE = 2;
const DIMENSION = 1;
const SIZE = 1;

/** The bytes of every field of one number. */
const within = (message: Uint8Array, number: number): Uint8Array[] => [...fields(message)].filter((field) => field.number === number && field.bytes).map(({ bytes }) => bytes!);
const sizeOf = (dimension: Uint8Array): number | null => [...fields(dimension)].find(({ number, bytes }) => number === SIZE && !bytes)?.value ?? null;

/** Sizes by name, as the file has them; null for a value whose sizes it leaves open. */
function portsIn(graph: Uint8Array, number: number): Map<string, (number | null)[] | null> {
  return new Map(within(graph, number).map((value) => {
    const name = textOf(within(value, VALUE.name)[0] ?? new Uint8Array());
    const shape = within(value, VALUE.type).flatMap((type) => within(type, TENSOR_TYPE)).flatMap((tensor) => within(tensor, SHAPE))[0];
    return [name, shape ? within(shape, DIMENSION).map(sizeOf) : null];
  }));
}

const sizes = (shape: readonly (number | null)[]): string => shape.map((size) => size ?? '?').join(' x ');
const fits = (there: readonly (number | null)[], wanted: readonly (number | null)[]): boolean =>
  there.length === wanted.length && there.every((size, i) => size === null || wanted[i] === null || size === wanted[i]);

const missing = { input: (name: string) => say`it has no input "${name}"`, output: (name: string) => say`it has no output "${name}"` };

function wrongWith(there: ReturnType<typeof portsIn>, wanted: Ports, side: keyof typeof missing): Phrase | null {
  for (const [name, shape] of Object.entries(wanted)) {
    const found = there.get(name);
    if (found === undefined) return missing[side](name);
    if (found && !fits(found, shape)) return say`its "${name}" is ${sizes(found)}, by manifest.json it is ${sizes(shape)}`;
  }
  return null;
}

/** Sizes of its tensors, by name. */
function tensorsIn(graph: Uint8Array): Map<string, number[]> {
  return new Map(within(graph, GRAPH.initializer).map((tensor) => {
    const dims = [...fields(tensor)].filter(({ number }) => number === TENSOR.dims).flatMap(({ bytes, value }) => (bytes ? integersOf(bytes) : [value]));
    return [textOf(within(tensor, TENSOR.name)[0] ?? new Uint8Array()), dims];
  }));
}

function wrongTable(tensors: ReadonlyMap<string, number[]>, rows: Readonly<Record<string, number>>): Phrase | null {
  for (const [name, [there]] of tensors) {
    const table = name.replace(HALF, '');
    const wanted = Object.hasOwn(rows, table) ? rows[table]! : there;
    if (there !== wanted) return say`its table "${table}" has ${there ?? 0} rows, by manifest.json it has ${wanted ?? 0}`;
  }
  return null;
}

/** Refuses a model that `checkModel` has taken where it is not the graph that the manifest describes. Throws `model-refused`. */
export function checkPorts(path: string, model: Uint8Array, { inputs, outputs }: GraphPorts, rows: Readonly<Record<string, number>> = {}): void {
  const graph = within(model, GRAPH_OF_MODEL)[0]!;
  const own = tensorsIn(graph);
  const [fed, given] = [portsIn(graph, GRAPH.input), portsIn(graph, GRAPH.output)];
  const strange = [...fed.keys()].find((name) => !Object.hasOwn(inputs, name) && !own.has(name));
  const wrong = wrongWith(fed, inputs, 'input') ?? wrongWith(given, outputs, 'output') ?? wrongTable(own, rows) ?? (strange === undefined ? null : say`it wants an input "${strange.slice(0, 80)}", which no graph of its kind has`);
  if (wrong) throw new PackError('model-refused', say`The model ${path} is not the one that its manifest describes: ${wrong}. Correct that field of manifest.json, or export the pack again.`);
}
