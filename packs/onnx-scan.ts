/** What an ONNX file asks for: read as every reader of protobuf reads it, or refused. */
import { PackError } from '../engine/errors.ts';
import { say, type Phrase } from '../engine/phrase.ts';
import { readTensor } from './onnx-tensor.ts';
import { fields, fieldsOnce, integersOf, textOf } from './protobuf.ts';

// Field numbers of onnx.proto.
const MODEL = { graph: 7, opsetImport: 8, functions: 25 };
const GRAPH = { node: 1, initializer: 5, input: 11, sparseInitializer: 15 };
const NODE = { input: 1, output: 2, type: 4, attribute: 5, domain: 7 };
const ATTRIBUTE = { name: 1, tensor: 5, graph: 6, integers: 8, tensors: 10, graphs: 11, text: 13, type: 20, reference: 21, sparse: 22, sparses: 23 };
/** Of an attribute: what is no value. */
const ABOUT: readonly number[] = [ATTRIBUTE.name, ATTRIBUTE.text, ATTRIBUTE.type, ATTRIBUTE.reference];
/** What an attribute says that it is. */
const TYPE = { tensor: 4, integers: 7 };
const OPSET_DOMAIN = 1;
const INPUT_NAME = 1;
/** Bytes 4 to 7 of a model in onnxruntime's own format, which it takes whatever protobuf would make of them. */
const OWN_FORMAT = 'ORTM';

/** Why it is no model that is used. */
const bad = (why: Phrase) => new PackError('model-refused', why);

interface Attribute {
  name: string;
  type: number;
  /** Whole numbers of a list. */
  integers: number[];
  /** Of its tensor, where that has few. */
  values: number[];
}

export interface Node {
  type: string;
  domain: string;
  inputs: string[];
  /** Lists of whole numbers among its attributes, by name. */
  integers: Map<string, number[]>;
}

export interface Found {
  domains: Set<string>;
  locations: Set<string>;
  nodes: Node[];
  /** Names of initializers and results. */
  made: Set<string>;
  /** Values of small constants by name: initializers and Constant nodes. */
  constants: Map<string, number[]>;
}

/** Throws where the name stands for something else already. */
function noteName(found: Found, name: string): void {
  if (name === '') return;
  if (found.made.has(name)) throw bad(say`it gives two values one name`);
  found.made.add(name);
}

function noteConstant(found: Found, name: string, values: number[]): void {
  if (name !== '' && values.length > 0) found.constants.set(name, values);
}

/** Name and values of a tensor; where its data lie is noted. */
function tensorOf(bytes: Uint8Array, found: Found): { name: string; values: number[] } {
  const { locations, ...tensor } = readTensor(bytes);
  for (const location of locations) found.locations.add(location);
  return tensor;
}

function readAttribute(attribute: Uint8Array, found: Found): Attribute {
  const read: Attribute = { name: '', type: 0, integers: [], values: [] };
  const kinds = new Set<number>();
  for (const { number, bytes, value } of fieldsOnce(attribute, [ATTRIBUTE.name, ATTRIBUTE.type, ATTRIBUTE.tensor])) {
    if (!ABOUT.includes(number)) kinds.add(number);
    if (number === ATTRIBUTE.type && !bytes) read.type = value;
    if (number === ATTRIBUTE.integers) read.integers.push(...(bytes ? integersOf(bytes) : [value]));
    if (!bytes) continue;
    if (number === ATTRIBUTE.name) read.name = textOf(bytes);
    if (number === ATTRIBUTE.graph || number === ATTRIBUTE.graphs) throw bad(say`it has a graph inside a graph`);
    if (number === ATTRIBUTE.sparse || number === ATTRIBUTE.sparses) throw bad(say`it has sparse weights`);
    if (number === ATTRIBUTE.tensors) tensorOf(bytes, found);
    if (number === ATTRIBUTE.tensor) read.values = tensorOf(bytes, found).values;
  }
  if (kinds.size > 1) throw bad(say`it has two values of one attribute`);
  return read;
}

/** What a node with this attribute alone gives, if it is a Constant. */
function valuesOf({ name, type, integers, values }: Attribute): number[] {
  if (name === 'value' && type === TYPE.tensor) return values;
  return name === 'value_ints' && type === TYPE.integers ? integers : [];
}

function readNode(node: Uint8Array, found: Found): void {
  const read: Node = { type: '', domain: '', inputs: [], integers: new Map() };
  const attributes: Attribute[] = [];
  const outputs: string[] = [];
  for (const { number, bytes } of fieldsOnce(node, [NODE.type, NODE.domain])) {
    if (!bytes) continue;
    if (number === NODE.type) read.type = textOf(bytes);
    if (number === NODE.domain) read.domain = textOf(bytes);
    if (number === NODE.input) read.inputs.push(textOf(bytes));
    if (number === NODE.output) outputs.push(textOf(bytes));
    if (number === NODE.attribute) attributes.push(readAttribute(bytes, found));
  }
  found.domains.add(read.domain);
  for (const output of outputs) noteName(found, output);
  if (new Set(attributes.map(({ name }) => name)).size < attributes.length) throw bad(say`it has two values of one attribute`);
  for (const { name, integers } of attributes) if (integers.length > 0) read.integers.set(name, integers);
  // Only a Constant's tensor is what its output holds: other nodes have tensors, too, and tensors names of their own.
  if (read.type === 'Constant' && attributes.length === 1) noteConstant(found, outputs[0] ?? '', valuesOf(attributes[0]!));
  found.nodes.push(read);
}

function readGraph(graph: Uint8Array, found: Found): void {
  const inputs: string[] = [];
  for (const { number, bytes } of fields(graph)) {
    if (!bytes) continue;
    if (number === GRAPH.node) readNode(bytes, found);
    if (number === GRAPH.initializer) {
      const { name, values } = tensorOf(bytes, found);
      noteName(found, name);
      noteConstant(found, name, values);
    }
    if (number === GRAPH.input) for (const field of fields(bytes)) if (field.number === INPUT_NAME && field.bytes) inputs.push(textOf(field.bytes));
    if (number === GRAPH.sparseInitializer) throw bad(say`it has sparse weights`);
  }
  // An initializer of that name is what an input is where nothing is fed.
  for (const input of inputs) found.constants.delete(input);
}

/** Operators, small constants and places of external data of a model. Throws `model-refused` where it is no model. */
export function scanModel(model: Uint8Array): Found {
  const found: Found = { domains: new Set(), locations: new Set(), nodes: [], made: new Set(), constants: new Map() };
  if (textOf(model.subarray(4, 8)) === OWN_FORMAT) throw bad(say`it is in a format of onnxruntime's own`);
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
