/** Attention of every pack at hand: sums and order, and nano's against PyTorch. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { attentionOf, cellShares, showsAttention, type AttentionMap } from '../engine/attention.ts';
import { readPack } from './pack.ts';
import { NodeRunner } from './runtime.ts';

const TOLERANCE = 1e-4;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const fixtures = at('../fixtures/models');
const folders = [at('../public/models/eurosat'), ...readdirSync(fixtures).map((name) => join(fixtures, name))];

interface Spot {
  block: number;
  row: number;
  weights: number[];
}

const farthest = (map: AttentionMap, spots: Spot[]) => Math.max(...spots.flatMap(({ block, row, weights }) =>
  weights.map((weight, slot) => Math.abs(weight - map.weights[(block * map.size + row) * map.size + slot]!))));

/** Every row sums to 1, and nothing is after it. */
function expectCausal({ blocks, size, weights }: AttentionMap, rows: number) {
  let off = 0;
  let later = 0;
  for (let block = 0; block < blocks; block++) {
    for (let row = 0; row < rows; row++) {
      const line = weights.subarray((block * size + row) * size, (block * size + row + 1) * size);
      off = Math.max(off, Math.abs(line.reduce((sum, one) => sum + one, 0) - 1));
      later = Math.max(later, ...line.subarray(row + 1));
    }
  }
  expect(off).toBeLessThan(TOLERANCE);
  expect(later).toBeLessThanOrEqual(0);
}

describe.each(folders)('%s', (folder) => {
  test('rows sum to 1 over what came before', async () => {
    const pack = await readPack(folder);
    const { grid: { tokens: count, width }, vocab } = pack.manifest;
    const runner = new NodeRunner(pack);
    expect(showsAttention(pack.manifest, runner.variant)).toBe(true);
    const tokens = Array.from({ length: count - 3 }, (_, t) => (7 * t) % vocab);
    const starts = tokens.flatMap((_, t) => (t % 2 === 0 || t % width === 0 || t === 1 ? [t] : []));
    const found = await attentionOf(runner, pack.manifest, { tokens, starts, class: pack.manifest.classes.length });
    expectCausal(found.cells, tokens.length);
    if (found.patches) expectCausal(found.patches, starts.length);
    for (const part of ['patches', 'cells'] as const) {
      const { byCell } = cellShares(found, part, tokens.length - 1, null);
      expect(byCell.every((share) => share >= 0 && share <= 1)).toBe(true);
    }
    await runner.release();
  });
});

test('nano attends as PyTorch does', async () => {
  const pack = await readPack(join(fixtures, 'nano'));
  const { patches, cells, ...image } = JSON.parse(readFileSync(at('../fixtures/attention.json'), 'utf8')) as { class: number; tokens: number[]; starts: number[]; patches: Spot[]; cells: Spot[] };
  const runner = new NodeRunner(pack, { variant: 'fp32' });
  const found = await attentionOf(runner, pack.manifest, image);
  expect(farthest(found.patches!, patches)).toBeLessThan(TOLERANCE);
  expect(farthest(found.cells, cells)).toBeLessThan(TOLERANCE);
  // A patch's share stands in each of its cells; with the class they sum to 1.
  const { first, byCell } = cellShares(found, 'patches', image.tokens.length - 1, 0);
  const sum = image.starts.reduce((all, start) => all + (byCell[start] ?? 0), first);
  expect(sum).toBeCloseTo(1, 4);
  expect(byCell[image.starts[3]!]).toBe(byCell[image.starts[4]! - 1]);
  await expect(attentionOf(runner, pack.manifest, { ...image, starts: [1, 2] })).rejects.toMatchObject({ code: 'bad-argument' });
  await runner.release();
});
