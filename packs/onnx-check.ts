import { PackError, toTagged } from '../engine/errors.ts';
import { say, type Phrase } from '../engine/phrase.ts';
import { MOST_PADDED, MOST_SLOTS, OPERATORS, padded, SIZED, type Constants } from './onnx-operators.ts';
import { scanModel, type Found, type Node } from './onnx-scan.ts';

/** `ai.onnx` is the long name of the empty domain. */
const domainOf = (domain: string) => (domain === 'ai.onnx' ? '' : domain);

/** Why a node is not run; null where it is. */
function wrongWith({ type, domain, inputs, integers }: Node, { constants, made }: Pick<Found, 'constants' | 'made'>): Phrase | null {
  const name = type.slice(0, 80);
  const of: Constants = (input) => constants.get(inputs[input] ?? '') ?? null;
  const unknown = say`how large the results of its operator ${name} are is not known before it runs`;
  const sized = domainOf(domain) === '' && Object.hasOwn(SIZED, type) ? SIZED[type] : undefined;
  if (sized) {
    const makes = sized.makes(of);
    if (makes === null) return unknown;
    return makes <= sized.most ? null : say`the results of its operator ${name} are too large`;
  }
  if (!OPERATORS[domainOf(domain)]!.has(type)) return say`its operator ${name} can make results of any size, or is not known here`;
  if (type === 'GroupQueryAttention') {
    // Its caches are as long as its input 6 says, which is the run's to give or a small constant.
    const total = of(6);
    if (total ? !(total[0]! <= MOST_SLOTS) : made.has(inputs[6] ?? '')) return unknown;
  }
  return !(padded(integers.get('pads') ?? [])! <= MOST_PADDED) ? say`the results of its operator ${name} are too large` : null;
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
    const wrong = wrongWith(node, found);
    if (wrong) throw refuse(wrong);
  }
}
