/** What attends to what in one image: attention weights of whole-sequence graphs (docs/packs.md "Attention"). */
import { StudioError } from './errors.ts';
import { runGraph, takeFloats, type GraphRunner } from './graph-runner.ts';
import type { DparManifest, GraphName, GptManifest, Kind, Manifest } from './manifest.ts';
import type { Span } from './patchify.ts';
import { say } from './phrase.ts';
import { dynamicRope } from './rope.ts';
import { sizeOf, type GraphTensor, type Tensors } from './tensors.ts';

/** The graphs, in the order in which they run. */
export const attentionGraphs: Readonly<Record<Kind, readonly GraphName[]>> = {
  dpar: ['encoder_all', 'patch_transformer_attention', 'decoder_attention'],
  gpt: ['gpt_attention'],
};

/** Whether a pack can show attention in this variant. */
export const showsAttention = ({ kind, variants }: Pick<Manifest, 'kind' | 'variants'>, variant: string): boolean =>
  attentionGraphs[kind].every((graph) => variants[variant]?.graphs[graph] !== undefined);

/** Weights after the softmax, mean over heads, [blocks, size, size]: query i sums to 1 over slots 0..i. */
export interface AttentionMap {
  blocks: number;
  size: number;
  weights: Float32Array<ArrayBuffer>;
}

/**
 * Slot 0 is what comes before all tokens: the class, in DPAR's decoder the start vector. `cells`: query t predicts token t, slot
 * t is token t - 1. `patches` (DPAR's patch transformer; null for kind gpt): query m conditions patch m, slot m is patch m - 1.
 */
export interface Attention {
  spans: Span[];
  patches: AttentionMap | null;
  cells: AttentionMap;
}

export interface AttentionRun {
  /** At most T; what follows does not reach them. */
  tokens: readonly number[];
  /** First token of every patch, rising from 0. */
  starts: readonly number[];
  /** Whose guidance row is looked at; the null class is `classes.length`. */
  class: number;
}

/** Patches from their first tokens. Throws `bad-argument` where they are not rising from 0 within `count`. */
function checkedSpans(starts: readonly number[], count: number): Span[] {
  if (starts[0] !== 0 || starts.some((start, i) => !Number.isInteger(start) || start >= count || (i > 0 && start <= starts[i - 1]!))) throw new StudioError('bad-argument', say`Patches start at rising tokens, the first of them at 0.`);
  return starts.map((start, i) => ({ start, end: (starts[i + 1] ?? count) - 1 }));
}

async function run(runner: GraphRunner, graph: GraphName, feeds: Tensors, outputs: readonly string[]): Promise<Record<string, GraphTensor>> {
  return runGraph(runner, { graph, images: 1, groups: 1, feeds, caches: [], outputs, resident: [] });
}

const take = async (tensor: GraphTensor, ...dims: readonly number[]) => takeFloats(tensor, sizeOf(dims), say`The attention`);

async function mapOf(tensor: GraphTensor, blocks: number, size: number): Promise<AttentionMap> {
  return { blocks, size, weights: (await take(tensor, blocks, size, size)) as Float32Array<ArrayBuffer> };
}

/** The attention of `run`. Throws `bad-argument` for a class, or patches, that the pack does not have. */
export async function attentionOf(runner: GraphRunner, manifest: Manifest, image: AttentionRun): Promise<Attention> {
  const { classes: { length: none }, grid: { tokens: count } } = manifest;
  if (!Number.isInteger(image.class) || image.class < 0 || image.class > none) throw new StudioError('bad-argument', say`The pack ${manifest.name} has the classes 0 to ${none - 1}; ${none} is none.`);
  if (image.tokens.length === 0) throw new StudioError('bad-argument', say`There are no tokens yet whose attention could be shown.`);
  const padded = new Int32Array(count);
  padded.set(image.tokens);
  const tokens = runner.tensor('int32', padded, [1, count]);
  const label = runner.tensor('int32', Int32Array.of(image.class), [1, 1]);
  const spans = checkedSpans(image.starts, image.tokens.length);
  return manifest.kind === 'gpt' ? ofGpt(runner, manifest, spans, tokens, label) : ofDpar(runner, manifest, spans, tokens, label);
}

async function ofGpt(runner: GraphRunner, m: GptManifest, spans: Span[], tokens: GraphTensor, label: GraphTensor): Promise<Attention> {
  const { attention } = await run(runner, 'gpt_attention', { tokens, class: label }, ['attention']);
  return { spans, patches: null, cells: await mapOf(attention!, m.model.blocks, m.grid.tokens) };
}

async function ofDpar(runner: GraphRunner, m: DparManifest, spans: Span[], tokens: GraphTensor, label: GraphTensor): Promise<Attention> {
  const { grid: { tokens: count, width }, model: { dim, heads, window, patchTransformerBlocks, decoderBlocks } } = m;
  const longest = Math.max(...spans.map(({ start, end }) => end - start + 1));
  if (longest > window) throw new StudioError('bad-argument', say`A patch here has ${longest} tokens; the model takes up to ${window}. Choose rules with shorter patches.`);
  const states = await run(runner, 'encoder_all', { tokens }, ['h', 'k', 'v']);
  const hidden: Tensors = {};
  for (const name of ['h', 'k', 'v']) hidden[name] = runner.tensor('float32', await take(states[name]!, count, dim), [1, count, dim]);

  // Slot m takes in patch m - 1; those past the last patch are never looked at.
  const half = dim / heads / 2;
  const members = new Int32Array(count * window);
  const length = new Int32Array(count).fill(1);
  length[0] = 0;
  const cos = new Float32Array(count * half);
  const sin = new Float32Array(count * half);
  const patchOf = new Int32Array(count).fill(spans.length - 1);
  spans.forEach((span, patch) => {
    patchOf.fill(patch, span.start, span.end + 1);
    const slot = patch + 1;
    if (slot >= count) return;
    length[slot] = span.end - span.start + 1;
    for (let i = 0; i < length[slot]!; i++) members[slot * window + i] = span.start + i;
    const turned = dynamicRope(span, width, 2 * half);
    cos.set(turned.cos, slot * half);
    sin.set(turned.sin, slot * half);
  });
  const { attention: patches, cond } = await run(runner, 'patch_transformer_attention', {
    ...hidden, class: label, members: runner.tensor('int32', members, [count, window]), length: runner.tensor('int32', length, [count]),
    cos: runner.tensor('float32', cos, [count, half]), sin: runner.tensor('float32', sin, [count, half]),
  }, ['attention', 'cond']);
  const conditions = runner.tensor('float32', await take(cond!, count, decoderBlocks * dim), [1, count, decoderBlocks * dim]);
  const { attention: cells } = await run(runner, 'decoder_attention', {
    h: hidden.h!, cond: conditions, patch_of: runner.tensor('int32', patchOf, [count]),
  }, ['attention']);
  return { spans, patches: await mapOf(patches!, patchTransformerBlocks, count), cells: await mapOf(cells!, decoderBlocks, count) };
}

/** How one cell's step attends: share of slot 0, and the share of every earlier patch or cell. They sum to 1. */
export interface Shares {
  first: number;
  rest: Float32Array;
}

/** Query `query` of one block, or the mean of all blocks (null). */
function sharesOf({ blocks, size, weights }: AttentionMap, query: number, block: number | null): Shares {
  const chosen = block === null ? Array.from({ length: blocks }, (_, i) => i) : [block];
  const mean = (slot: number) => chosen.reduce((sum, one) => sum + weights[(one * size + query) * size + slot]!, 0) / chosen.length;
  return { first: mean(0), rest: Float32Array.from({ length: query }, (_, i) => mean(i + 1)) };
}

/** Shares by cell [tokens before the query], and of slot 0: a patch's share stands in each of its cells. `cell`: whose step. */
export function cellShares({ spans, patches, cells }: Attention, part: 'patches' | 'cells', cell: number, block: number | null): { first: number; byCell: Float32Array } {
  if (part === 'cells' || !patches) {
    const { first, rest } = sharesOf(cells, cell, block);
    return { first, byCell: rest };
  }
  const patch = spans.findLastIndex(({ start }) => start <= cell);
  const { first, rest } = sharesOf(patches, patch, block);
  const byCell = new Float32Array(spans[patch]!.start);
  rest.forEach((share, i) => byCell.fill(share, spans[i]!.start, spans[i]!.end + 1));
  return { first, byCell };
}
