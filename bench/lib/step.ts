/** One run of a decode graph by itself, for any number of images at any cache slot; runs in Node and in the page. */
import { clock } from '../../engine/clock.ts';
import type { Cache, GraphCall, GraphRunner } from '../../engine/graph-runner.ts';
import { cacheNames, STRIDE } from '../../engine/kv-cache.ts';
import type { DparManifest } from '../../engine/manifest.ts';
import { groupsOf } from '../../engine/sampling.ts';
import { median } from '../../engine/statistics.ts';

export const stepGraphs = ['entropy', 'encoder', 'patch_transformer', 'decoder'] as const;
export type StepGraph = (typeof stepGraphs)[number];

/** Blocks, width, heads and rows of an image of a step graph. */
export function shapeOf({ model, entropyModel, defaults }: DparManifest, graph: StepGraph) {
  const groups = groupsOf(defaults);
  if (graph === 'entropy') return { ...entropyModel, groups: 1 as const };
  const { dim, heads } = model;
  if (graph === 'encoder') return { dim, heads, blocks: model.encoderBlocks, groups: 1 as const };
  return { dim, heads, groups, blocks: graph === 'decoder' ? model.decoderBlocks : model.patchTransformerBlocks };
}

/** Slots of the pasts of a step at `slot`, as engine/kv-cache.ts keeps them. */
export const slotsAt = (slot: number, tokens: number): number => Math.min(tokens + 1, (Math.floor(slot / STRIDE) + 1) * STRIDE);

/** A run by the contract in docs/packs.md, with small values in its inputs. */
function callOf(runner: GraphRunner, manifest: DparManifest, graph: StepGraph, images: number, slot: number): GraphCall {
  const { dim, heads, blocks, groups } = shapeOf(manifest, graph);
  const { window, decoderBlocks } = manifest.model;
  const rows = groups * images;
  const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
  const floats = (...dims: number[]) => runner.tensor('float32', Float32Array.from({ length: size(dims) }, (_, i) => Math.sin(i) / 10), dims);
  const ints = (value: number, ...dims: number[]) => runner.tensor('int32', new Int32Array(size(dims)).fill(value), dims);
  const own = {
    entropy: () => ({ token: ints(1, images, 1) }),
    encoder: () => ({ token: ints(1, images, 1) }),
    patch_transformer: () => ({
      h: floats(images, window, dim), k: floats(images, window, dim), v: floats(images, window, dim), length: ints(2, images), class: ints(0, groups, images),
      cos: floats(rows, 1, dim / heads / 2), sin: floats(rows, 1, dim / heads / 2),
    }),
    decoder: () => ({ h: floats(1, images, dim), first: ints(0, images), cond: floats(groups, images, decoderBlocks * dim) }),
  }[graph]();
  const caches = cacheNames(blocks).map((name): Cache => ({
    past: `past_${name}`, present: `present_${name}`, tensor: floats(rows, heads, slotsAt(slot, manifest.grid.tokens), dim / heads),
  }));
  return {
    graph, images, groups, caches, feeds: { ...own, seqlens_k: ints(slot, rows), total: ints(slot + 1, 1) }, outputs: [...answers[graph], 'kv'], resident: [],
  };
}

const answers = { entropy: ['entropy'], encoder: ['h', 'k', 'v'], patch_transformer: ['cond'], decoder: ['logits'] } as const;

/** Median milliseconds of a run that answers its new slots only. Throws where the pack has no new-slot graphs. */
export async function measureStep(runner: GraphRunner, manifest: DparManifest, graph: StepGraph, images: number, slot: number, repeats: number): Promise<number> {
  if (runner.cacheForm(graph) !== 'new slots') throw new Error(`The pack ${manifest.name} has no new-slot graphs. Export it again.`);
  const call = callOf(runner, manifest, graph, images, slot);
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = clock();
    await runner.run(call);
    times.push(clock() - start);
  }
  for (const tensor of [...Object.values(call.feeds), ...call.caches.map(({ tensor }) => tensor)]) tensor.dispose();
  return median(times);
}
