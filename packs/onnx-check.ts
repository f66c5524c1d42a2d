import { PackError } from '../engine/errors.ts';
import { fields, textOf } from './protobuf.ts';

/** Operator domains that onnxruntime-web implements itself. */
const DOMAINS = new Set(['', 'ai.onnx', 'com.microsoft']);
/** Subgraphs inside subgraphs; ours have none. */
const MAX_DEPTH = 8;

// Field numbers of onnx.proto.
const MODEL = { graph: 7, opsetImport: 8, functions: 25 };
const GRAPH = { node: 1, initializer: 5, sparseInitializer: 15 };
const NODE = { attribute: 5, domain: 7 };
const ATTRIBUTE = { tensor: 5, graph: 6, tensors: 10, graphs: 11 };
const TENSOR = { externalData: 13 };
const OPSET_DOMAIN = 1;
const ENTRY = { key: 1, value: 2 };

interface Found {
  domains: Set<string>;
  locations: Set<string>;
}

function readTensor(tensor: Uint8Array, found: Found): void {
  for (const { number, bytes } of fields(tensor)) {
    if (number !== TENSOR.externalData || !bytes) continue;
    let key = '';
    let value = '';
    for (const entry of fields(bytes)) {
      if (entry.number === ENTRY.key && entry.bytes) key = textOf(entry.bytes);
      if (entry.number === ENTRY.value && entry.bytes) value = textOf(entry.bytes);
    }
    if (key === 'location') found.locations.add(value);
  }
}

function readNode(node: Uint8Array, found: Found, depth: number): void {
  for (const { number, bytes } of fields(node)) {
    if (!bytes) continue;
    if (number === NODE.domain) found.domains.add(textOf(bytes));
    if (number !== NODE.attribute) continue;
    for (const part of fields(bytes)) {
      if (!part.bytes) continue;
      if (part.number === ATTRIBUTE.graph || part.number === ATTRIBUTE.graphs) readGraph(part.bytes, found, depth + 1);
      if (part.number === ATTRIBUTE.tensor || part.number === ATTRIBUTE.tensors) readTensor(part.bytes, found);
    }
  }
}

function readGraph(graph: Uint8Array, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError('its graphs are nested too deep');
  for (const { number, bytes } of fields(graph)) {
    if (!bytes) continue;
    if (number === GRAPH.node) readNode(bytes, found, depth);
    if (number === GRAPH.initializer) readTensor(bytes, found);
    if (number === GRAPH.sparseInitializer) throw new RangeError('it has sparse weights');
  }
}

/** Operator domains and places of external data that a model names. Throws `RangeError` where it is no model. */
export function scanModel(model: Uint8Array): Found {
  const found: Found = { domains: new Set(), locations: new Set() };
  let graphs = 0;
  for (const { number, bytes } of fields(model)) {
    if (!bytes) continue;
    if (number === MODEL.graph) {
      graphs++;
      readGraph(bytes, found, 0);
    }
    if (number === MODEL.functions) throw new RangeError('it defines functions of its own');
    if (number !== MODEL.opsetImport) continue;
    for (const field of fields(bytes)) if (field.number === OPSET_DOMAIN && field.bytes) found.domains.add(textOf(field.bytes));
  }
  if (graphs === 0) throw new RangeError('there is no graph in it');
  return found;
}

/**
 * Refuses a model that asks for anything but the operators of onnxruntime and its pack's own weights (`location`, null
 * when it has none): a model from a stranger stays data. Throws `PackError`.
 */
export function checkModel(path: string, model: Uint8Array, location: string | null): void {
  const refuse = (why: string) => new PackError('model-refused', `The model ${path} is not used: ${why}. Take the pack from another source, or export it again.`, path);
  let found: Found;
  try {
    found = scanModel(model);
  } catch (error) {
    throw refuse(error instanceof RangeError ? error.message : String(error));
  }
  const strange = [...found.domains].find((domain) => !DOMAINS.has(domain));
  if (strange !== undefined) throw refuse(`it wants operators of "${strange.slice(0, 80)}", which are not part of onnxruntime`);
  const outside = [...found.locations].find((place) => place !== location);
  if (outside !== undefined) throw refuse(`it wants weights from "${outside.slice(0, 80)}", which its pack does not name`);
}
