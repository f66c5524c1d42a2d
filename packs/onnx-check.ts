import { PackError, toTagged } from '../engine/errors.ts';
import { say, type Phrase } from '../engine/phrase.ts';
import { MOST_PADDING, OPERATORS, SIZED, type Constants } from './onnx-operators.ts';
import { fields, integersOf, textOf } from './protobuf.ts';

// Field numbers of onnx.proto.
const MODEL = { graph: 7, opsetImport: 8, functions: 25 };
const GRAPH = { node: 1, initializer: 5, sparseInitializer: 15 };
const NODE = { input: 1, output: 2, type: 4, attribute: 5, domain: 7 };
const ATTRIBUTE = { name: 1, tensor: 5, graph: 6, integers: 8, tensors: 10, graphs: 11, sparse: 22, sparses: 23 };
const TENSOR = { type: 2, integers32: 5, integers: 7, name: 8, raw: 9, externalData: 13 };
const TYPE = { float32: 1, int32: 6, int64: 7 };
const OPSET_DOMAIN = 1;
const ENTRY = { key: 1, value: 2 };

/** Why it is no model that is used; `checkModel` adds which. */
const bad = (why: Phrase) => new PackError('model-refused', why);

interface Node {
  type: string;
  domain: string;
  inputs: string[];
  /** Lists of whole numbers among its attributes, by name. */
  integers: Map<string, number[]>;
}

interface Found {
  domains: Set<string>;
  locations: Set<string>;
  nodes: Node[];
  /** Values of small constants by name: initializers and Constant nodes. */
  constants: Map<string, number[]>;
}

/** More values than any shape has; longer ones are weights. */
const MOST_CONSTANTS = 64;

function rawValues(raw: Uint8Array, type: number): number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const each = (width: number, read: (at: number) => number) => Array.from({ length: Math.floor(raw.length / width) }, (_, i) => read(i * width));
  if (type === TYPE.int64) return each(8, (at) => Number(view.getBigInt64(at, true)));
  if (type === TYPE.int32) return each(4, (at) => view.getInt32(at, true));
  return type === TYPE.float32 ? each(4, (at) => view.getFloat32(at, true)) : [];
}

/** Notes where a tensor's data lie. Its name, and its values where they are few; none else. */
function readTensor(tensor: Uint8Array, found: Found): { name: string; values: number[] } {
  let name = '';
  let type = 0;
  let raw: Uint8Array | null = null;
  const values: number[] = [];
  for (const { number, bytes, value } of fields(tensor)) {
    if (number === TENSOR.type) type = value;
    if (number === TENSOR.integers || number === TENSOR.integers32) values.push(...(bytes ? integersOf(bytes.subarray(0, 10 * MOST_CONSTANTS)) : [value]));
    if (!bytes) continue;
    if (number === TENSOR.name) name = textOf(bytes);
    if (number === TENSOR.raw) raw = bytes;
    if (number !== TENSOR.externalData) continue;
    let key = '';
    let place = '';
    for (const entry of fields(bytes)) {
      if (entry.number === ENTRY.key && entry.bytes) key = textOf(entry.bytes);
      if (entry.number === ENTRY.value && entry.bytes) place = textOf(entry.bytes);
    }
    if (key === 'location') found.locations.add(place);
  }
  if (raw && raw.length <= 8 * MOST_CONSTANTS) values.push(...rawValues(raw, type));
  return { name, values: values.length <= MOST_CONSTANTS ? values : [] };
}

function noteConstant(found: Found, name: string, values: number[]): void {
  if (name !== '' && values.length > 0) found.constants.set(name, values);
}

function readNode(node: Uint8Array, found: Found): void {
  const read: Node = { type: '', domain: '', inputs: [], integers: new Map() };
  const attributes: Uint8Array[] = [];
  let output = '';
  for (const { number, bytes } of fields(node)) {
    if (!bytes) continue;
    if (number === NODE.type) read.type = textOf(bytes);
    if (number === NODE.domain) read.domain = textOf(bytes);
    if (number === NODE.input) read.inputs.push(textOf(bytes));
    if (number === NODE.output) output ||= textOf(bytes);
    if (number === NODE.attribute) attributes.push(bytes);
  }
  found.domains.add(read.domain);
  // Only a Constant's tensor is what its output holds: other nodes have tensors, too, and tensors names of their own.
  const note = (values: number[]) => read.type === 'Constant' && noteConstant(found, output, values);
  for (const attribute of attributes) {
    let name = '';
    const integers: number[] = [];
    for (const { number, bytes, value } of fields(attribute)) {
      if (number === ATTRIBUTE.integers) integers.push(...(bytes ? integersOf(bytes) : [value]));
      if (!bytes) continue;
      if (number === ATTRIBUTE.name) name = textOf(bytes);
      if (number === ATTRIBUTE.graph || number === ATTRIBUTE.graphs) throw bad(say`it has a graph inside a graph`);
      if (number === ATTRIBUTE.sparse || number === ATTRIBUTE.sparses) throw bad(say`it has sparse weights`);
      if (number === ATTRIBUTE.tensor || number === ATTRIBUTE.tensors) note(readTensor(bytes, found).values);
    }
    if (integers.length > 0) read.integers.set(name, integers);
    if (name === 'value_ints') note(integers);
  }
  found.nodes.push(read);
}

function readGraph(graph: Uint8Array, found: Found): void {
  for (const { number, bytes } of fields(graph)) {
    if (!bytes) continue;
    if (number === GRAPH.node) readNode(bytes, found);
    if (number === GRAPH.initializer) {
      const { name, values } = readTensor(bytes, found);
      noteConstant(found, name, values);
    }
    if (number === GRAPH.sparseInitializer) throw bad(say`it has sparse weights`);
  }
}

/** Operators, small constants and places of external data of a model. Throws `model-refused` where it is no model. */
export function scanModel(model: Uint8Array): Found {
  const found: Found = { domains: new Set(), locations: new Set(), nodes: [], constants: new Map() };
  let graphs = 0;
  for (const { number, bytes } of fields(model)) {
    if (!bytes) continue;
    if (number === MODEL.graph) {
      graphs++;
      readGraph(bytes, found);
    }
    if (number === MODEL.functions) throw bad(say`it defines functions of its own`);
    if (number !== MODEL.opsetImport) continue;
    for (const field of fields(bytes)) if (field.number === OPSET_DOMAIN && field.bytes) found.domains.add(textOf(field.bytes));
  }
  if (graphs !== 1) throw bad(graphs === 0 ? say`there is no graph in it` : say`there is more than one graph in it`);
  return found;
}

/** `ai.onnx` is the long name of the empty domain. */
const domainOf = (domain: string) => (domain === 'ai.onnx' ? '' : domain);

/** Why a node is not run; null where it is. */
function wrongWith({ type, domain, inputs, integers }: Node, constants: Found['constants']): Phrase | null {
  const name = type.slice(0, 80);
  const of: Constants = (input) => constants.get(inputs[input] ?? '') ?? null;
  const sized = domainOf(domain) === '' && Object.hasOwn(SIZED, type) ? SIZED[type] : undefined;
  if (sized) {
    const makes = sized.makes(of);
    if (makes === null) return say`how large the results of its operator ${name} are is not known before it runs`;
    return makes <= sized.most ? null : say`the results of its operator ${name} are too large`;
  }
  if (!OPERATORS[domainOf(domain)]!.has(type)) return say`its operator ${name} can make results of any size, or is not known here`;
  return (integers.get('pads') ?? []).some((pad) => pad > MOST_PADDING) ? say`the results of its operator ${name} are too large` : null;
}

/**
 * Refuses a model that asks for anything but known operators of onnxruntime, with results of a size that their inputs set,
 * and its pack's own weights (`location`, null when it has none): a model from a stranger stays data. Throws `PackError`.
 */
export function checkModel(path: string, model: Uint8Array, location: string | null): void {
  const refuse = (why: Phrase) => new PackError('model-refused', say`The model ${path} is not used: ${why}. Take the pack from another source, or export it again.`);
  let found: Found;
  try {
    found = scanModel(model);
  } catch (error) {
    throw refuse(toTagged(error).message);
  }
  const strange = [...found.domains].find((domain) => !Object.hasOwn(OPERATORS, domainOf(domain)));
  if (strange !== undefined) throw refuse(say`it wants operators of "${strange.slice(0, 80)}", which are not part of onnxruntime`);
  const outside = [...found.locations].find((place) => place !== location);
  if (outside !== undefined) throw refuse(say`it wants weights from "${outside.slice(0, 80)}", which its pack does not name`);
  for (const node of found.nodes) {
    const wrong = wrongWith(node, found.constants);
    if (wrong) throw refuse(wrong);
  }
}
