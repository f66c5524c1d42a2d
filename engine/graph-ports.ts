/** Inputs and outputs of a pack's graphs, by its manifest (docs/packs.md "Graphs"). */
import type { GraphName, Manifest } from './manifest.ts';

/** Sizes by name; null where any size fits. */
export type Ports = Record<string, readonly (number | null)[]>;
export interface GraphPorts {
  inputs: Ports;
  outputs: Ports;
}

const any = null;

function caches(kind: 'past' | 'present', blocks: number, heads: number, slots: number, each: number): Ports {
  const shape = [any, heads, slots, each];
  return Object.fromEntries(Array.from({ length: blocks }, (_, block) => [[`${kind}_k_${block}`, shape], [`${kind}_v_${block}`, shape]]).flat() as [string, typeof shape][]);
}

interface Model {
  dim: number;
  heads: number;
}

/** A step or a window: `of` blocks of `model` with their caches; `groups` 2 where both rows of guidance share one. */
function step(m: Manifest, { dim, heads }: Model, blocks: number, groups: number, inputs: Ports, outputs: Ports): GraphPorts {
  const sizes = [blocks, groups * heads, m.grid.tokens + 1, dim / heads] as const;
  return {
    inputs: { ...inputs, seqlens_k: [any], total: [1], ...caches('past', ...sizes) },
    outputs: { ...outputs, ...caches('present', ...sizes) },
  };
}

const states = (rows: number | null, positions: number | null, dim: number): Ports => ({ h: [rows, positions, dim], k: [rows, positions, dim], v: [rows, positions, dim] });

function ofDecoding(m: Manifest, graph: GraphName, windows: boolean): GraphPorts | null {
  const { vocab, model } = m;
  const groups = windows ? 2 : 1;
  const logits = { logits: windows ? [any, 2, vocab] : [any, 1, vocab] };
  const token = { token: windows ? [1, any] : [any, 1] };
  if (graph === 'entropy') return m.entropyModel ? step(m, m.entropyModel, m.entropyModel.blocks, 1, token, { entropy: [any] }) : null;
  if (!('window' in model)) return graph === 'gpt' ? step(m, model, model.blocks, groups, { token: [1, any], class: windows ? [1, 2] : [any, any], first: [any] }, logits) : null;
  const cond = model.decoderBlocks * model.dim;
  if (graph === 'encoder') return step(m, model, model.encoderBlocks, 1, token, windows ? states(1, any, model.dim) : states(any, 1, model.dim));
  if (graph === 'decoder') {
    const inputs = { h: [1, any, model.dim], first: [any], cond: windows ? [any, 2, cond] : [any, any, cond], ...(windows && { patch_of: [any] }) };
    return step(m, model, model.decoderBlocks, groups, inputs, logits);
  }
  if (graph !== 'patch_transformer') return null;
  const turned = [any, 1, model.dim / model.heads / 2];
  const inputs = { ...states(any, model.window, model.dim), length: [any], class: windows ? [1, 2] : [any, any], cos: turned, sin: turned };
  return step(m, model, model.patchTransformerBlocks, groups, inputs, { cond: windows ? [any, 2, cond] : [any, 1, cond] });
}

/** Rows of the tables that a graph looks tokens and classes up in, by the tables' names. */
export const tableRows = ({ vocab, classes }: Pick<Manifest, 'vocab' | 'classes'>): Readonly<Record<string, number>> => ({ embedding: vocab, class_embedding: classes.length + 1 });

/** Of a graph that generating needs; null for the others. */
export function graphPorts(m: Manifest, graph: GraphName): GraphPorts | null {
  if (graph === 'tokenizer_decoder') {
    const { size } = m.image;
    const strips = m.tokenizer.strips === true;
    return { inputs: { tokens: [any, strips ? any : m.grid.tokens] }, outputs: { picture: [any, 3, strips ? any : size, size] } };
  }
  return ofDecoding(m, graph.replace(/_window$/, '') as GraphName, graph.endsWith('_window'));
}

/** The form of a step that answers new slots: pasts of any length, and one output in the place of all presents. */
export function newSlots({ inputs, outputs }: GraphPorts): GraphPorts {
  const past = Object.entries(inputs).filter(([name]) => name.startsWith('past_'));
  const [, heads, , each] = past[0]![1];
  return {
    inputs: { ...inputs, ...Object.fromEntries(past.map(([name, [rows, of, , width]]) => [name, [rows!, of!, any, width!]])) },
    outputs: { ...Object.fromEntries(Object.entries(outputs).filter(([name]) => !name.startsWith('present_'))), kv: [any, heads!, any, each!] },
  };
}
