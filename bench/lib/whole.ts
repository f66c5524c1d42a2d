/** Alg. 2 as the paper writes it: every token computes the whole prefix again. Runs in Node and in the page. */
import type { DecodeRequest } from '../../engine/decode.ts';
import type { GraphTensor } from '../../engine/tensors.ts';
import type { DparManifest } from '../../engine/manifest.ts';
import { PatchGate } from '../../engine/patchify.ts';
import { classSlotAngles, dynamicRope } from '../../engine/rope.ts';
import { choose, groupsOf } from '../../engine/sampling.ts';

/** Graphs of models/bench/whole_graphs.py. */
export const wholeGraphs = ['entropy_prefix', 'encoder_prefix', 'patch_transformer_prefix', 'decoder_prefix'] as const;
export type WholeGraph = (typeof wholeGraphs)[number];
/** The step graph of a pack whose weights each of them reads. */
export const stepOf = { entropy_prefix: 'entropy', encoder_prefix: 'encoder', patch_transformer_prefix: 'patch_transformer', decoder_prefix: 'decoder' } as const;

type Data = { type: 'float32'; data: Float32Array } | { type: 'int32'; data: Int32Array };
export interface WholeRunner {
  tensor(data: Data, dims: readonly number[]): GraphTensor;
  run(graph: WholeGraph, feeds: Record<string, GraphTensor>): Promise<Record<string, GraphTensor>>;
}

export interface WholeTimes {
  ms: number;
  tokens: number[];
  patches: number;
}

/** Decodes from x_0 = `first` to `limit` tokens. The patch transformer runs only where a patch opens, as in Alg. 2. */
export async function measureWhole(runner: WholeRunner, manifest: DparManifest, request: DecodeRequest, first: number, limit: number | null = null): Promise<WholeTimes> {
  const { settings, seed } = request;
  const { grid, model, classes } = manifest;
  const rows = groupsOf(settings);
  const angles = model.dim / model.heads / 2;
  const ints = (values: readonly number[], dims: readonly number[]) => runner.tensor({ type: 'int32', data: Int32Array.from(values) }, dims);
  const lengthOf = (n: number, count: number) => ({ seqlens_k: ints(Array<number>(count).fill(n - 1), [count]), total: ints([n], [1]) });
  const gate = new PatchGate(settings, grid.width);
  const tokens = [first];
  const starts = [0];
  const patchOf = [0];
  let cond: GraphTensor | null = null;

  const patches = async (encoded: Record<string, GraphTensor>) => {
    const t = tokens.length;
    const spans = starts.map((start, m) => ({ start, end: (starts[m + 1] ?? t) - 1 }));
    const slots = spans.length + 1;
    const one = { cos: new Float32Array(slots * angles), sin: new Float32Array(slots * angles) };
    [classSlotAngles(2 * angles), ...spans.map((span) => dynamicRope(span, grid.width, 2 * angles))].forEach(({ cos, sin }, slot) => {
      one.cos.set(cos, slot * angles);
      one.sin.set(sin, slot * angles);
    });
    const everyRow = (values: Float32Array) => {
      const all = new Float32Array(rows * values.length);
      for (let row = 0; row < rows; row++) all.set(values, row * values.length);
      return runner.tensor({ type: 'float32', data: all }, [rows, slots, angles]);
    };
    const index = spans.flatMap(({ start, end }) => Array.from({ length: model.window }, (_, i) => (start + i <= end ? start + i : start)));
    const results = await runner.run('patch_transformer_prefix', {
      ...encoded, index: ints(index, [spans.length, model.window]), length: ints(spans.map(({ start, end }) => end - start + 1), [spans.length]),
      class: ints(rows === 2 ? [request.class, classes.length] : [request.class], [rows, 1]),
      cos: everyRow(one.cos), sin: everyRow(one.sin), ...lengthOf(slots, rows),
    });
    return results.cond!;
  };

  gate.next(null);
  const began = performance.now();
  while (tokens.length < (limit ?? grid.tokens)) {
    const t = tokens.length;
    const known = () => ints(tokens, [1, t]);
    const [entropy] = (await (await runner.run('entropy_prefix', { tokens: known(), ...lengthOf(t, 1) })).entropy!.getData()) as Float32Array;
    const { h, k, v } = (await runner.run('encoder_prefix', { tokens: known(), ...lengthOf(t, 1) })) as Record<'h' | 'k' | 'v', GraphTensor>;
    if (gate.next(entropy!).length > 0) {
      cond = await patches({ h, k, v });
      starts.push(t);
    }
    patchOf.push(starts.length - 1);
    const { logits } = await runner.run('decoder_prefix', { h, cond: cond!, patch_of: ints(patchOf, [t + 1]), ...lengthOf(t + 1, rows) });
    const all = (await logits!.getData()) as Float32Array;
    const row = (g: number) => all.subarray(g * manifest.vocab, (g + 1) * manifest.vocab);
    tokens.push(choose({ classLogits: row(0), nullLogits: rows === 2 ? row(1) : null }, settings, { seed, t }).token);
  }
  return { ms: performance.now() - began, tokens, patches: starts.length };
}
